/** Names in a query string: `col`, `"any.thing"`, `a.b.c`; text at a scanner in, the bare names out. */
import type { EmbedPath } from './ast.js';
import type { Scanner } from './scanner.js';

/** Letters of any script, digits, underscore, dollar and space; a dash only inside, and not where an arrow begins. */
const plainCharacters = /[\p{L}0-9_$ ]+/uy;

/** A name, quoted or plain. Blanks around a plain one, and around its dashes, do not belong to it. */
export function parseName(scanner: Scanner): string {
  return scanner.peek() === '"' ? parseQuoted(scanner) : parsePlainName(scanner);
}

function parsePlainName(scanner: Scanner): string {
  return dashed(scanner, parseWord);
}

/** Pieces with a dash between them; a piece may not be missing. */
export function dashed(scanner: Scanner, parsePiece: (scanner: Scanner) => string): string {
  const first = parsePiece(scanner);
  if (first === '') scanner.giveUp();
  let name = first.trim();
  while (scanner.peek() === '-' && !scanner.at('->')) {
    scanner.position += 1;
    const piece = parsePiece(scanner);
    if (piece === '') scanner.giveUp();
    name += `-${piece.trim()}`;
  }
  return name;
}

/** Letters, digits, underscore, dollar and space: all that a type name or a text search configuration may hold. */
export function parseWord(scanner: Scanner): string {
  return scanner.match(plainCharacters);
}

/** `"text"`; a backslash takes the next character as it is. */
export function parseQuoted(scanner: Scanner): string {
  return readQuoted(scanner) ?? scanner.giveUp();
}

/** As parseQuoted, but undefined, with the scanner at the end, for a text that does not end. */
export function readQuoted(scanner: Scanner): string | undefined {
  scanner.position += 1;
  const pieces: string[] = [];
  let start = scanner.position;
  for (;;) {
    const character = scanner.peek();
    if (character === '') return undefined;
    if (character === '"') break;
    if (character === '\\') {
      pieces.push(scanner.text.slice(start, scanner.position));
      scanner.position += 1;
      start = scanner.position;
      if (scanner.atEnd) return undefined;
    }
    scanner.position += 1;
  }
  pieces.push(scanner.text.slice(start, scanner.position));
  scanner.position += 1;
  return pieces.join('');
}

/** `a.b.c`: names between dots. */
export function parseNames(scanner: Scanner): EmbedPath {
  const names = [parseName(scanner)];
  while (scanner.take('.')) names.push(parseName(scanner));
  return names;
}
