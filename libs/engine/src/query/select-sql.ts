/** What a node shows: its own columns and those that its embeds add, as a select list; and the groups of its aggregates. */
import type { Aggregate } from '../api-request/query-params/ast.js';
import { assertNever } from '../error/engine-error.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import {
  embedName,
  isAggregate,
  isAggregated,
  wholeRow,
  type EmbedSelect,
  type ReadNode,
  type SelectedField,
  type SpreadColumn,
} from '../plan/read-plan.js';
import { shownFieldSql } from './field-sql.js';
import { empty, ident, isEmpty, join, qualified, raw, sql, typeName, type SqlFragment } from './sql.js';

/** Empty when the node shows nothing. */
export function selectSql(node: ReadNode, of: QualifiedIdentifier): SqlFragment {
  return join([...node.select.map((item) => itemSql(item, of)), ...node.embedSelect.map(embedSql)], ', ');
}

/** ` group by ...` with a leading blank, or nothing. */
export function groupSql(node: ReadNode, of: QualifiedIdentifier): SqlFragment {
  if (!isAggregated(node)) return empty;
  // An embed that shows nothing is grouped by all the same, as PostgREST does; PostgreSQL says that there is no such column.
  const hidden = node.embeds.filter(
    (embed) => !embed.spread && !node.embedSelect.some(({ lateralAlias }) => lateralAlias === embed.lateralAlias),
  );
  const terms = [
    ...node.select.map((item) => groupOfItem(item, of)),
    ...node.embedSelect.map(groupOfEmbed),
    ...hidden.map((embed) => ident(embedName(embed))),
  ];
  const groups = join(terms, ', ');
  return isEmpty(groups) ? empty : sql` group by ${groups}`;
}

function itemSql(item: SelectedField, of: QualifiedIdentifier): SqlFragment {
  switch (item.kind) {
    case 'star':
      return sql`${qualified(of)}.*`;
    case 'count':
      return named(cast(sql`count(*)`, item.cast), item.alias);
    case 'marker':
      return named(sql`1`, item.alias);
    case 'field': {
      const value = cast(shownFieldSql(item.field, of), item.cast);
      return named(item.aggregate === undefined ? value : aggregated(item.aggregate, value), item.alias);
    }
    default:
      return assertNever(item);
  }
}

function embedSql(embed: EmbedSelect): SqlFragment {
  const alias = ident(embed.lateralAlias);
  if (embed.kind === 'json') {
    const value = embed.toOne ? sql`row_to_json(${alias}.*)::jsonb` : sql`coalesce(${alias}.${alias}, '[]')`;
    return named(value, embed.output);
  }
  return join(
    embed.columns.map((column) => spreadSql(column, embed)),
    ', ',
  );
}

function spreadSql(
  { column, output, aggregate }: SpreadColumn,
  { lateralAlias, toOne }: { readonly lateralAlias: string; readonly toOne: boolean },
): SqlFragment {
  if (column === wholeRow) return sql`${ident(lateralAlias)}.*`;
  const value = sql`${ident(lateralAlias)}.${ident(column)}`;
  if (aggregate !== undefined) return named(aggregated(aggregate, value), output);
  return named(toOne ? value : sql`coalesce(${value}, '[]')`, output);
}

function aggregated({ function: name, cast: type }: Aggregate, value: SqlFragment): SqlFragment {
  return cast(sql`${raw(name)}(${value})`, type);
}

function cast(value: SqlFragment, type: string | undefined): SqlFragment {
  return type === undefined ? value : sql`cast(${value} as ${typeName(type)})`;
}

function named(value: SqlFragment, alias: string | undefined): SqlFragment {
  return alias === undefined ? value : sql`${value} as ${ident(alias)}`;
}

function groupOfItem(item: SelectedField, of: QualifiedIdentifier): SqlFragment {
  if (item.kind === 'star' || item.kind === 'marker' || isAggregate(item)) return empty;
  if (item.kind !== 'field') return empty;
  return item.alias === undefined ? shownFieldSql(item.field, of) : ident(item.alias);
}

function groupOfEmbed(embed: EmbedSelect): SqlFragment {
  if (embed.kind === 'json') return ident(embed.output);
  return join(
    embed.columns
      .filter(({ aggregate }) => aggregate === undefined)
      .map(({ column }) => sql`${ident(embed.lateralAlias)}.${ident(column)}`),
    ', ',
  );
}
