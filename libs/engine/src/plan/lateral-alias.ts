/** How embeds are called in SQL: their rows `directors_1`, their subquery `films_directors_1`. PostgreSQL's messages show it. */
import { createHash } from 'node:crypto';

/** Bytes of a PostgreSQL name; what is longer is cut, and two cut names could be the same. */
const nameBytes = 63;

/** Of the embed's own rows. @param depth 1 for an embed of the top level */
export function rowsAliasFor(target: string, depth: number): string {
  return withinLimit(`${target}_${depth}`);
}

/** Of the embed's subquery in its parent. @param depth 1 for an embed of the top level */
export function lateralAliasFor(parent: string, embed: string, depth: number): string {
  return withinLimit(`${parent}_${embed}_${depth}`);
}

function withinLimit(name: string): string {
  if (Buffer.byteLength(name) <= nameBytes) return name;
  return `${Array.from(name).slice(0, 12).join('')}_${createHash('sha256').update(name).digest('hex').slice(0, 10)}`;
}
