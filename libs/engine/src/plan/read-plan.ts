/**
 * What is read: a tree of nodes, the root for the table (or the rows of a mutation or call) and one node for each embed.
 * Everything is decided: `query/read-query.ts` turns it into SQL without asking anybody.
 */
import type { Aggregate, JoinType, OrderDirection } from '../api-request/query-params/ast.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { Range } from '../range.js';
import type { Relationship } from '../schema-cache/relationship.js';
import type { ResolvedField, ResolvedLogicTree } from './resolved-field.js';

/** Name of the CTE that a mutation's or a call's rows come from. */
export const sourceCte = 'pgrst_source';

export interface ReadNode {
  /** The relation's own columns and counts. Empty shows none of them; without embeds either, its rows are whole. */
  readonly select: readonly SelectedField[];
  /** Joined by AND. */
  readonly where: readonly ResolvedLogicTree[];
  readonly order: readonly PlannedOrder[];
  readonly range: Range;
  /** What is read from: a table or view, a computed relationship's function, or `sourceCte` (schema empty). */
  readonly from: QualifiedIdentifier;
  /** undefined: columns are qualified by `from`. */
  readonly alias: string | undefined;
  readonly embeds: readonly EmbedNode[];
  /** What the embeds add to this node's columns, in output order. */
  readonly embedSelect: readonly EmbedSelect[];
}

/** The root. */
export interface ReadPlan extends ReadNode {
  /** Table or view that the rows are of; for a function without a table type its name. */
  readonly relation: QualifiedIdentifier;
  /** Embeds that a filter, order or limit named by relation although they have an alias: a Warning header tells. */
  readonly legacyNames: readonly { readonly name: string; readonly alias: string }[];
}

export interface EmbedNode extends ReadNode {
  /** As the request names it: a relation, a computed relationship, a constraint or a column. */
  readonly name: string;
  readonly requestedAlias: string | undefined;
  readonly joinType: JoinType | undefined;
  readonly spread: boolean;
  readonly relationship: Relationship;
  /** At most one row for each row of the parent. */
  readonly toOne: boolean;
  /** Name of this embed's lateral subquery in its parent. */
  readonly lateralAlias: string;
  /** How the parent's rows are called inside this embed. */
  readonly parentName: QualifiedIdentifier;
}

export type SelectedField =
  | { readonly kind: 'star' }
  | {
      readonly kind: 'field';
      readonly field: ResolvedField;
      /** Output name where it is not PostgreSQL's own choice. */
      readonly alias: string | undefined;
      readonly cast: string | undefined;
      readonly aggregate: Aggregate | undefined;
    }
  | { readonly kind: 'count'; readonly alias: string | undefined; readonly cast: string | undefined }
  /** Not null in every row: what a parent counts whose `count()` came from here. */
  | { readonly kind: 'marker'; readonly alias: string };

export type EmbedSelect =
  /** One json value. */
  | { readonly kind: 'json'; readonly lateralAlias: string; readonly output: string; readonly toOne: boolean }
  /** The embed's columns as columns of the parent. */
  | {
      readonly kind: 'spread';
      readonly lateralAlias: string;
      readonly toOne: boolean;
      readonly columns: readonly SpreadColumn[];
    };

/** In place of a spread column's name: all columns of the subquery, those of its own embeds once more, as with PostgREST. */
export const wholeRow = '*';

export interface SpreadColumn {
  /** Name in the embed's subquery; `wholeRow` in to-one spreads only. */
  readonly column: string;
  /** Name in the parent. */
  readonly output: string;
  /** Hoisted from a to-one spread: computed over the parent's rows. */
  readonly aggregate: Aggregate | undefined;
}

export interface PlannedOrder extends OrderDirection {
  /** Lateral subquery of a to-one embed; undefined for the node's own field. */
  readonly lateralAlias: string | undefined;
  readonly field: ResolvedField;
}

/** Columns that the root of a read from `sourceCte` must find there; undefined for all of them. */
export type NeededColumns = readonly string[] | undefined;

/** What qualifies a node's columns. */
export function nodeName({ alias, from }: ReadNode): QualifiedIdentifier {
  return alias === undefined ? from : { schema: '', name: alias };
}

/** What an embed is called in filters, orders and output. */
export function embedName({ requestedAlias, name }: EmbedNode): string {
  return requestedAlias ?? name;
}

/** Grouped by whatever is not aggregated. */
export function isAggregated({ select, embedSelect }: ReadNode): boolean {
  return (
    select.some(isAggregate) ||
    embedSelect.some(
      (embed) => embed.kind === 'spread' && embed.columns.some((column) => column.aggregate !== undefined),
    )
  );
}

export function isAggregate(item: SelectedField): boolean {
  return item.kind === 'count' || (item.kind === 'field' && item.aggregate !== undefined);
}

/** Rewrites a tree from the leaves up: `change` sees a node whose embeds are rewritten already. */
export function mapNodes<N extends ReadNode>(node: N, change: <M extends ReadNode>(node: M) => M): N {
  const embeds = node.embeds.map((embed) => mapNodes(embed, change));
  return change(embeds.length === 0 ? node : { ...node, embeds });
}
