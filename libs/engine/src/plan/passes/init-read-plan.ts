/** First pass: a select list in, the tree of what it embeds out, each node ready to collect its filters, orders and range. */
import type { Filter, JoinType, LogicTree, OrderTerm, SelectItem } from '../../api-request/query-params/ast.js';
import { allRows, type Range } from '../../range.js';

/** The request's own words for one level of the read: nothing is looked up yet. */
export interface RequestNode {
  /** Columns and counts of this level. */
  readonly select: readonly OwnItem[];
  readonly embeds: readonly RequestEmbed[];
  readonly filters: readonly Filter[];
  readonly logic: readonly LogicTree[];
  readonly order: readonly OrderTerm[];
  readonly range: Range;
}

export interface RequestEmbed extends RequestNode {
  readonly name: string;
  readonly alias: string | undefined;
  readonly hint: string | undefined;
  readonly joinType: JoinType | undefined;
  readonly spread: boolean;
}

export type OwnItem = Exclude<SelectItem, { kind: 'relation' | 'spread' }>;

/** An empty select at the top means every column; in an embed it means none. */
export function initReadPlan(select: readonly SelectItem[]): RequestNode {
  return requestNode(select.length === 0 ? [{ kind: 'star' }] : select);
}

function requestNode(items: readonly SelectItem[]): RequestNode {
  const select: OwnItem[] = [];
  const embeds: RequestEmbed[] = [];
  for (const item of items) {
    if (item.kind !== 'relation' && item.kind !== 'spread') {
      select.push(item);
      continue;
    }
    embeds.push({
      ...requestNode(item.select),
      name: item.name,
      alias: item.kind === 'relation' ? item.alias : undefined,
      hint: item.hint,
      joinType: item.joinType,
      spread: item.kind === 'spread',
    });
  }
  return { select, embeds, filters: [], logic: [], order: [], range: allRows };
}
