/** Rows of the query for casts in, the domains that are shown or read by a cast out. Pure. */
import { text, type CatalogRow } from './catalog-row.js';
import type { DomainRepresentation } from './representation.js';
import type { Types } from './types.js';

/** One row is one cast; a domain has up to three, and PostgreSQL itself ignores them. Sorted by domain. */
export function assembleRepresentations(rows: readonly CatalogRow[], types: Types): readonly DomainRepresentation[] {
  const byDomain = new Map<string, DomainRepresentation>();
  const known = (domain: string): DomainRepresentation =>
    byDomain.get(domain) ?? { domain, toJson: undefined, fromJson: undefined, fromText: undefined };
  for (const row of rows) {
    const [source, target] = [types.domain(text(row, 0)), types.domain(text(row, 2))];
    const [from, to] = [text(row, 1), text(row, 3)];
    const cast = { schema: text(row, 4), name: text(row, 5) };
    if (source !== undefined && to === 'json') byDomain.set(from, { ...known(from), toJson: cast });
    else if (target !== undefined && from === 'json') byDomain.set(to, { ...known(to), fromJson: cast });
    else if (target !== undefined && from === 'text') byDomain.set(to, { ...known(to), fromText: cast });
  }
  return [...byDomain.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1));
}
