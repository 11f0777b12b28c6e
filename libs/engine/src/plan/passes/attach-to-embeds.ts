/**
 * Second pass: filters, logic trees, orders and ranges go to the embed that they are for.
 *
 * An embed answers to its alias, or to its name when it has none. A name in spite of an alias is the deprecated way of older
 * versions: allowed and reported, or refused, as the configuration says.
 */
import type { AtPath, EmbedPath } from '../../api-request/query-params/ast.js';
import { parsePathOf, type QueryParams } from '../../api-request/query-params/query-params.js';
import { engineError } from '../../error/engine-error.js';
import type { DraftEmbed, DraftNode } from './init-read-plan.js';

export interface LegacyName {
  readonly name: string;
  readonly alias: string;
}

/**
 * What came last in the query string is attached first, and what is attached moves its embed to the front of its siblings:
 * so the output order of embeds is PostgREST's, which shows in CSV.
 *
 * @param tree is filled
 * @returns the names used in spite of an alias, in the order of use, without duplicates
 * @throws PGRST108 no such embed
 * @throws PGRST100 the name of a range is none; told only here, behind filters and orders, as PostgREST does
 */
export function attachToEmbeds(
  tree: DraftNode,
  { filters, logic, orders, ranges }: Pick<QueryParams, 'filters' | 'logic' | 'orders' | 'ranges'>,
  allowLegacyNames: boolean,
): readonly LegacyName[] {
  const legacyNames: LegacyName[] = [];
  const attach = <T>(items: readonly AtPath<T>[], put: (node: DraftNode, value: T) => void): void => {
    for (let index = items.length - 1; index >= 0; index--) {
      const item = items[index];
      if (item === undefined) continue;
      const node = item.path.length === 0 ? tree : touch(tree, item.path, allowLegacyNames, legacyNames);
      put(node, item.value);
    }
  };
  attach(filters, (node, filter) => node.filters.unshift(filter));
  attach(orders, (node, order) => {
    node.order = order;
  });
  const pages = ranges.map((range) => ({ path: parsePathOf(range), value: range.value }));
  // A name that leads to no embed says nothing: the top level has its range already.
  attach(
    pages.filter(({ path }) => path.length > 0),
    (node, range) => {
      node.range = range;
    },
  );
  attach(logic, (node, one) => node.logic.unshift(one));
  return legacyNames;
}

/** The node at a path, every embed on the way to it moved to the front. */
function touch(tree: DraftNode, path: EmbedPath, allowLegacyNames: boolean, legacyNames: LegacyName[]): DraftNode {
  let node = tree;
  for (const name of path) {
    const embed = find(node.embeds, name, allowLegacyNames);
    if (embed === undefined) throw engineError('PGRST108', { name });
    const { alias } = embed;
    if (alias !== undefined && alias !== name) noteLegacyName({ name, alias }, allowLegacyNames, legacyNames);
    node.embeds.splice(node.embeds.indexOf(embed), 1);
    node.embeds.unshift(embed);
    node = embed;
  }
  return node;
}

/** The first of either name where both are allowed; else a name beside an alias is only looked for to say what is wrong. */
function find(embeds: readonly DraftEmbed[], name: string, allowLegacyNames: boolean): DraftEmbed | undefined {
  const legacy = (): DraftEmbed | undefined => embeds.find((embed) => embed.alias === name || embed.name === name);
  return allowLegacyNames ? legacy() : (embeds.find((embed) => (embed.alias ?? embed.name) === name) ?? legacy());
}

function noteLegacyName(used: LegacyName, allowed: boolean, legacyNames: LegacyName[]): void {
  const { name, alias } = used;
  if (!allowed) {
    throw engineError('PGRST108', {
      name,
      details: 'Target names are not allowed in filters if they have an alias',
      hint: `Change '${name}' to '${alias}' in filters, orders or limits.`,
    });
  }
  if (!legacyNames.some((known) => known.name === name && known.alias === alias)) legacyNames.unshift(used);
}
