/**
 * What is read, as one SELECT: a ReadPlan in, a query with a lateral subquery for each embed out.
 *
 * A to-many embed's subquery has a column called like itself, which is null when there are no rows.
 */
import { nodeName, type EmbedNode, type ReadNode, type ReadPlan } from '../plan/read-plan.js';
import { embedConditions, embedFromSql } from './embed-join-sql.js';
import { whereSql } from './filter-sql.js';
import { orderSql } from './order-sql.js';
import { rangeSql } from './range-sql.js';
import { groupSql, selectSql } from './select-sql.js';
import { empty, ident, isEmpty, join, qualified, sql, type SqlFragment } from './sql.js';

export function readQuery(plan: ReadPlan): SqlFragment {
  const called = plan.alias === undefined ? empty : sql` as ${ident(plan.alias)}`;
  return nodeQuery(plan, selectSql(plan, nodeName(plan)), sql`${qualified(plan.from)}${called}`, []);
}

function nodeQuery(
  node: ReadNode,
  select: SqlFragment,
  from: SqlFragment,
  conditions: readonly SqlFragment[],
): SqlFragment {
  const name = nodeName(node);
  const joins = join(
    node.embeds.map((embed) => lateralJoin(embed, node)),
    '',
  );
  const where = whereSql(node.where, name, conditions);
  return sql`select ${select} from ${from}${joins}${where}${groupSql(node, name)}${orderSql(node.order, name)}${rangeSql(node.range)}`;
}

function lateralJoin(embed: EmbedNode, parent: ReadNode): SqlFragment {
  const alias = ident(embed.lateralAlias);
  const inner = embed.joinType === 'inner';
  const type = inner ? sql`inner` : sql`left`;
  const on = inner && !embed.toOne ? sql`${alias}.${alias} is not null` : sql`true`;
  return sql` ${type} join lateral (${embedQuery(embed, parent)}) as ${alias} on ${on}`;
}

function embedQuery(embed: EmbedNode, parent: ReadNode): SqlFragment {
  const shown = selectSql(embed, nodeName(embed));
  const rows = nodeQuery(embed, isEmpty(shown) ? sql`1` : shown, embedFromSql(embed), embedConditions(embed));
  if (embed.toOne) return rows;
  const alias = ident(embed.lateralAlias);
  return embed.spread
    ? sql`select ${spreadArrays(embed, parent)} from (${rows}) as ${alias}`
    : sql`select json_agg(${alias})::jsonb as ${alias} from (${rows}) as ${alias}`;
}

/** Each column as an array, all in the order of the rows. */
function spreadArrays({ lateralAlias }: EmbedNode, parent: ReadNode): SqlFragment {
  const alias = ident(lateralAlias);
  const shown = parent.embedSelect.find((candidate) => candidate.lateralAlias === lateralAlias);
  const columns = shown?.kind === 'spread' ? shown.columns : [];
  const arrays = columns.map(({ column }) => sql`json_agg(${alias}.${ident(column)})::jsonb as ${ident(column)}`);
  return join([sql`nullif(count(*), 0) as ${alias}`, ...arrays], ', ');
}
