/** Under which name a selected column leaves its subquery, so that the query around it can name it. */
import type { SelectedField } from '../read-plan.js';

export function outputName(item: Exclude<SelectedField, { kind: 'star' }>): string {
  switch (item.kind) {
    case 'marker':
      return item.alias;
    case 'count':
      return item.alias ?? 'count';
    case 'field':
      return item.alias ?? item.aggregate?.function ?? item.field.name;
  }
}
