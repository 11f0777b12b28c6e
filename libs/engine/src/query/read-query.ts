/**
 * What is read, as one SELECT: a ReadPlan in, a query with a lateral subquery for each embed out.
 *
 * A to-many embed's subquery has a column called like itself, which is null when there are no rows.
 */
import { nodeName, type EmbedNode, type ReadNode, type ReadPlan } from '../plan/read-plan.js';
import { embedConditions, embedFromSql } from './embed-join-sql.js';
import { whereSql } from './filter-sql.js';
import { orderKeySql, orderSql, orderWaySql } from './order-sql.js';
import { rangeSql } from './range-sql.js';
import { groupSql, selectSql } from './select-sql.js';
import { empty, ident, join, qualified, sql, type SqlFragment } from './sql.js';

export function readQuery(plan: ReadPlan): SqlFragment {
  const called = plan.alias === undefined ? empty : sql` as ${ident(plan.alias)}`;
  return nodeQuery(plan, sql`${qualified(plan.from)}${called}`, []);
}

/** @param sortKeys columns to show beside, for an order that is made around this query and not in it */
function nodeQuery(
  node: ReadNode,
  from: SqlFragment,
  conditions: readonly SqlFragment[],
  sortKeys: readonly SqlFragment[] = [],
): SqlFragment {
  const name = nodeName(node);
  // Where nothing is shown of a node and its embeds, its rows are all that matters: they are read whole, as PostgREST does.
  const isBare = node.select.length === 0 && node.embeds.length === 0;
  const shown = isBare ? sql`${qualified(name)}.*` : selectSql(node, name);
  const select = sortKeys.length === 0 ? shown : join([shown, ...sortKeys], ', ');
  const order = sortKeys.length === 0 ? orderSql(node.order, name) : empty;
  const joins = join(
    node.embeds.map((embed) => lateralJoin(embed, node)),
    '',
  );
  const where = whereSql(node.where, name, conditions);
  return sql`select ${select} from ${from}${joins}${where}${groupSql(node, name)}${order}${rangeSql(node.range)}`;
}

function lateralJoin(embed: EmbedNode, parent: ReadNode): SqlFragment {
  const alias = ident(embed.lateralAlias);
  const inner = embed.joinType === 'inner';
  const type = inner ? sql`inner` : sql`left`;
  const on = inner && !embed.toOne ? sql`${alias}.${alias} is not null` : sql`true`;
  return sql` ${type} join lateral (${embedQuery(embed, parent)}) as ${alias} on ${on}`;
}

function embedQuery(embed: EmbedNode, parent: ReadNode): SqlFragment {
  if (embed.spread && !embed.toOne) return spreadArrays(embed, parent);
  const rows = nodeQuery(embed, embedFromSql(embed), embedConditions(embed));
  if (embed.toOne) return rows;
  const alias = ident(embed.lateralAlias);
  return sql`select json_agg(${alias})::jsonb as ${alias} from (${rows}) as ${alias}`;
}

/**
 * Each column as an array. The arrays are ordered, not the rows, as PostgREST does: a limit cuts before the order is made.
 */
function spreadArrays(embed: EmbedNode, parent: ReadNode): SqlFragment {
  const { lateralAlias, order } = embed;
  const alias = ident(lateralAlias);
  const keys = order.map((term, index) => ({ term, key: ident(`pgrst_order_${index + 1}`) }));
  const sortKeys = keys.map(({ term, key }) => sql`${orderKeySql(term, nodeName(embed))} as ${key}`);
  const rows = nodeQuery(embed, embedFromSql(embed), embedConditions(embed), sortKeys);
  const terms = keys.map(({ term, key }) => sql`${alias}.${key}${orderWaySql(term)}`);
  const ordered = terms.length === 0 ? empty : sql` order by ${join(terms, ', ')}`;
  const shown = parent.embedSelect.find((candidate) => candidate.lateralAlias === lateralAlias);
  const columns = shown?.kind === 'spread' ? shown.columns : [];
  const arrays = columns.map(
    ({ column }) => sql`json_agg(${alias}.${ident(column)}${ordered})::jsonb as ${ident(column)}`,
  );
  return sql`select ${join([sql`nullif(count(*), 0) as ${alias}`, ...arrays], ', ')} from (${rows}) as ${alias}`;
}
