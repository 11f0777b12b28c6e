/**
 * Second pass: filters, logic trees, orders and ranges go to the embed that they are for.
 *
 * An embed answers to its alias, or to its name when it has none. A name in spite of an alias is the deprecated way of older
 * versions: allowed and reported, or refused, as the configuration says.
 */
import type { AtPath, EmbedPath } from '../../api-request/query-params/ast.js';
import type { QueryParams } from '../../api-request/query-params/query-params.js';
import { engineError } from '../../error/engine-error.js';
import type { RequestEmbed, RequestNode } from './init-read-plan.js';

export interface LegacyName {
  readonly name: string;
  readonly alias: string;
}

export interface Attached {
  readonly tree: RequestNode;
  /** In the order of use, without duplicates. */
  readonly legacyNames: readonly LegacyName[];
}

/**
 * What came last in the query string is attached first, and what is attached moves its embed to the front of its siblings:
 * so the output order of embeds is PostgREST's, which shows in CSV.
 *
 * @throws PGRST108 no such embed
 */
export function attachToEmbeds(
  tree: RequestNode,
  { filters, logic, orders, ranges }: Pick<QueryParams, 'filters' | 'logic' | 'orders' | 'ranges'>,
  allowLegacyNames: boolean,
): Attached {
  const legacyNames: LegacyName[] = [];
  const seen = (used: LegacyName): void => {
    if (!allowLegacyNames) {
      throw engineError('PGRST108', {
        name: used.name,
        details: 'Target names are not allowed in filters if they have an alias',
        hint: `Change '${used.name}' to '${used.alias}' in filters, orders or limits.`,
      });
    }
    if (!legacyNames.some((known) => known.name === used.name && known.alias === used.alias)) legacyNames.unshift(used);
  };
  const attach = <T>(
    node: RequestNode,
    items: readonly AtPath<T>[],
    put: <N extends RequestNode>(node: N, value: T) => N,
  ): RequestNode =>
    items.reduceRight((current, { path, value }) => update(current, path, (target) => put(target, value), seen), node);

  let attached = attach(tree, filters, (node, filter) => ({ ...node, filters: [filter, ...node.filters] }));
  attached = attach(attached, orders, (node, order) => ({ ...node, order }));
  attached = attach(attached, ranges, (node, range) => ({ ...node, range }));
  attached = attach(attached, logic, (node, one) => ({ ...node, logic: [one, ...node.logic] }));
  return { tree: attached, legacyNames };
}

function update<N extends RequestNode>(
  node: N,
  path: EmbedPath,
  change: <M extends RequestNode>(node: M) => M,
  seen: (used: LegacyName) => void,
): N {
  const [first, ...rest] = path;
  if (first === undefined) return change(node);
  const target = find(node.embeds, first, seen);
  const others = node.embeds.filter((embed) => embed !== target);
  return { ...node, embeds: [update(target, rest, change, seen), ...others] };
}

function find(embeds: readonly RequestEmbed[], name: string, seen: (used: LegacyName) => void): RequestEmbed {
  const exact = embeds.find((embed) => (embed.alias ?? embed.name) === name);
  if (exact !== undefined) return exact;
  const legacy = embeds.find((embed) => embed.name === name);
  if (legacy?.alias === undefined) throw engineError('PGRST108', { name });
  seen({ name, alias: legacy.alias });
  return legacy;
}
