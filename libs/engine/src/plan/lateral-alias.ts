/** How an embed's subquery is called in its parent: `films_directors_1`. PostgreSQL's messages show these names. */
import { createHash } from 'node:crypto';

/** Bytes of a PostgreSQL name; what is longer is cut, and two cut names could be the same. */
const nameBytes = 63;

/** @param depth 1 for an embed of the top level. */
export function lateralAliasFor(parent: string, embed: string, depth: number): string {
  const name = `${parent}_${embed}_${depth}`;
  if (Buffer.byteLength(name) <= nameBytes) return name;
  return `${Array.from(name).slice(0, 12).join('')}_${createHash('sha256').update(name).digest('hex').slice(0, 10)}_${depth}`;
}
