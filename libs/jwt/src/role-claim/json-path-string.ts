/** A quoted text of a JSONPath query: JSON's escapes, in either kind of quotes. */
import type { PathScanner } from './path-scanner.js';

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '/': '/', '\\': '\\' };

/** @throws RoleClaimKeyError */
export function readJsonPathString(scanner: PathScanner): string {
  const quote = scanner.next();
  let text = '';
  while (!scanner.eat(quote)) {
    if (scanner.atEnd) scanner.fail('the text has no end');
    const char = scanner.next();
    if (char < ' ') scanner.fail('a control character in a text');
    text += char === '\\' ? readEscape(scanner, quote) : char;
  }
  return text;
}

function readEscape(scanner: PathScanner, quote: string): string {
  const char = scanner.next();
  if (char === quote) return quote;
  if (char === 'u') {
    const digits = scanner.take(/[0-9a-fA-F]{4}/y) ?? scanner.fail('four hexadecimal digits expected');
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  return ESCAPES[char] ?? scanner.fail('there is no such escape');
}
