/**
 * Aggregates inside a to-one spread are computed over the parent's rows: the spread yields the bare value under the
 * aggregate's name, and the parent aggregates it. Two of one name are ambiguous, as with PostgREST; PostgreSQL says so.
 */
import {
  embedName,
  isAggregate,
  wholeRow,
  type EmbedNode,
  type SelectedField,
  type SpreadColumn,
} from '../read-plan.js';
import { outputName } from './output-name.js';

export interface Hoisted {
  readonly embed: EmbedNode;
  /** What the parent takes from the embed. */
  readonly columns: readonly SpreadColumn[];
}

/** @param embed a spread whose own embeds are hoisted already */
export function hoistSpreadAggregates(embed: EmbedNode): Hoisted {
  const columns: SpreadColumn[] = [];

  const select = embed.select.map((item): SelectedField => {
    if (item.kind === 'star') {
      columns.push({ column: wholeRow, output: wholeRow, aggregate: undefined });
      return item;
    }
    const output = outputName(item);
    if (!embed.toOne || !isAggregate(item)) {
      columns.push({ column: output, output, aggregate: undefined });
      return item;
    }
    if (item.kind === 'field') {
      columns.push({ column: output, output, aggregate: item.aggregate });
      return { ...item, alias: output, aggregate: undefined };
    }
    const cast = item.kind === 'count' ? item.cast : undefined;
    columns.push({ column: output, output, aggregate: { function: 'count', cast } });
    return { kind: 'marker', alias: output };
  });

  const embedSelect = embed.embedSelect.map((inner) => {
    if (inner.kind === 'json') {
      columns.push({ column: inner.output, output: inner.output, aggregate: undefined });
      return inner;
    }
    const passed = inner.columns.map((column): SpreadColumn => {
      if (column.aggregate === undefined) {
        columns.push({ column: column.output, output: column.output, aggregate: undefined });
        return column;
      }
      columns.push({ column: column.output, output: column.output, aggregate: column.aggregate });
      return { ...column, aggregate: undefined };
    });
    return { ...inner, columns: passed };
  });

  // An embed that shows nothing is asked for all the same, as PostgREST does; PostgreSQL says that there is no such column.
  for (const inner of embed.embeds) {
    if (inner.spread || embedSelect.some(({ lateralAlias }) => lateralAlias === inner.lateralAlias)) continue;
    columns.push({ column: embedName(inner), output: embedName(inner), aggregate: undefined });
  }
  return { embed: { ...embed, select, embedSelect }, columns };
}
