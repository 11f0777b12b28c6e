/**
 * Rows that the filters match, whatever the page: a ReadPlan in, a query with one row for each out. Inner embeds and filters
 * on whole embeds become EXISTS; orders, ranges and groups do not count.
 */
import { nodeName, type EmbedNode, type ReadNode, type ReadPlan } from '../plan/read-plan.js';
import { embedConditions, embedFromSql } from './embed-join-sql.js';
import { whereSql } from './filter-sql.js';
import { empty, ident, param, qualified, sql, type SqlFragment } from './sql.js';

/** @param atMost rows after which counting stops; undefined counts all */
export function countQuery(plan: ReadPlan, atMost?: bigint): SqlFragment {
  const called = plan.alias === undefined ? empty : sql` as ${ident(plan.alias)}`;
  const limit = atMost === undefined ? empty : sql` limit ${param(String(atMost))}`;
  return sql`select 1 from ${qualified(plan.from)}${called}${conditionsSql(plan, [])}${limit}`;
}

function conditionsSql(node: ReadNode, own: readonly SqlFragment[]): SqlFragment {
  const required = node.embeds.filter(({ joinType }) => joinType === 'inner').map(existsSql);
  return whereSql(node.where, nodeName(node), [...own, ...required], ({ lateralAlias, present }) => {
    const embed = node.embeds.find((candidate) => candidate.lateralAlias === lateralAlias);
    if (embed === undefined) return sql`true`;
    return present ? existsSql(embed) : sql`not ${existsSql(embed)}`;
  });
}

function existsSql(embed: EmbedNode): SqlFragment {
  return sql`exists (select 1 from ${embedFromSql(embed)}${conditionsSql(embed, embedConditions(embed))})`;
}
