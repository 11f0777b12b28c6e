/**
 * The claims as their token has them, with the role that counts: the text of each member is its own, only `role` is
 * replaced, and the outermost members stand in the order of their names, as PostgREST shows them to SQL. Parsing and
 * writing them anew would change numbers and repeated members.
 */
import { InternalError } from '@perch/engine';

/** Where a member of the outermost object stands: from the first character of its name to behind its value. */
interface Member {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** @param claimsText a JSON object, checked by JSON.parse before. */
export function forceRole(claimsText: string, role: string): string {
  const kept = outermostMembers(claimsText)
    .filter(({ name }) => name !== 'role')
    .map(({ start, end, name }) => ({ name, text: claimsText.slice(start, end) }));
  const members = [...kept, { name: 'role', text: `"role":${JSON.stringify(role)}` }];
  members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `{${members.map(({ text }) => text).join(',')}}`;
}

function outermostMembers(text: string): readonly Member[] {
  const members: Member[] = [];
  let at = skipBlanks(text, text.indexOf('{') + 1);
  while (text[at] !== '}') {
    const start = at;
    const nameEnd = stringEnd(text, at);
    const valueStart = skipBlanks(text, text.indexOf(':', nameEnd) + 1);
    const end = valueEnd(text, valueStart);
    members.push({ start, end, name: nameOf(text.slice(start, nameEnd)) });
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
    if (at >= text.length) throw new InternalError('claims that were JSON end early');
  }
  return members;
}

function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const parsed: unknown = JSON.parse(quoted);
  return String(parsed);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (' \t\n\r'.includes(text[at] ?? '\0')) at += 1;
  return at;
}

/** Behind the closing quote of the text that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Behind the value that starts at `start`. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const character = text[at];
    if (character === undefined) return at;
    if (character === '"') {
      at = stringEnd(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    // A bare word or number ends at a comma, a blank or the outer bracket, which belongs to the object around it.
    if (depth < 0 || (depth === 0 && ', \t\n\r'.includes(character))) return at;
    at += 1;
    if (depth === 0 && (character === '}' || character === ']')) return at;
  }
}
