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

/** A node while the passes before the schema cache fill it; nobody else holds it yet. */
export interface DraftNode extends RequestNode {
  readonly embeds: DraftEmbed[];
  readonly filters: Filter[];
  readonly logic: LogicTree[];
  order: readonly OrderTerm[];
  range: Range;
}

export interface DraftEmbed extends DraftNode, Omit<RequestEmbed, keyof RequestNode> {}

export function initReadPlan(items: readonly SelectItem[]): DraftNode {
  const select: OwnItem[] = [];
  const embeds: DraftEmbed[] = [];
  for (const item of items) {
    if (item.kind === 'relation' || item.kind === 'spread') embeds.push(draftEmbed(item));
    else select.push(item);
  }
  return { select, embeds, filters: [], logic: [], order: [], range: allRows };
}

function draftEmbed(item: Extract<SelectItem, { kind: 'relation' | 'spread' }>): DraftEmbed {
  const { select, embeds, filters, logic, order, range } = initReadPlan(item.select);
  return {
    select,
    embeds,
    filters,
    logic,
    order,
    range,
    name: item.name,
    alias: item.kind === 'relation' ? item.alias : undefined,
    hint: item.hint,
    joinType: item.joinType,
    spread: item.kind === 'spread',
  };
}
