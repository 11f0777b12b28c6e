/** Where an embed's rows come from and which of them belong to a row of the parent: an EmbedNode in, FROM and conditions out. */
import type { QualifiedIdentifier } from '../identifiers.js';
import { nodeName, type EmbedNode } from '../plan/read-plan.js';
import { column, empty, ident, qualified, sql, type SqlFragment } from './sql.js';

export function embedFromSql(embed: EmbedNode): SqlFragment {
  const { relationship, from, alias, parentName } = embed;
  const called = alias === undefined ? empty : sql` as ${ident(alias)}`;
  switch (relationship.kind) {
    case 'computed':
      // The cast: rows out of a CTE are not of the table's type by themselves.
      return sql`${qualified(from)}((${qualified(parentName)}.*)::${qualified(relationship.origin)})${called}`;
    case 'many-to-many':
      return sql`${qualified(from)}${called}, ${qualified(relationship.junction)}`;
    case 'foreign-key':
      return sql`${qualified(from)}${called}`;
  }
}

export function embedConditions(embed: EmbedNode): readonly SqlFragment[] {
  const { relationship, parentName } = embed;
  switch (relationship.kind) {
    case 'computed':
      return [];
    case 'many-to-many': {
      const { junction, originColumns, targetColumns } = relationship;
      return [...pairs(targetColumns, nodeName(embed), junction), ...pairs(originColumns, parentName, junction)];
    }
    case 'foreign-key':
      return pairs(relationship.columns, parentName, nodeName(embed));
  }
}

function pairs(
  columns: readonly (readonly [left: string, right: string])[],
  left: QualifiedIdentifier,
  right: QualifiedIdentifier,
): readonly SqlFragment[] {
  return columns.map(([leftName, rightName]) => sql`${column(right, rightName)} = ${column(left, leftName)}`);
}
