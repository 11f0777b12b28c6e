/** Where a text stops making sense, what stands there and what would have been right; and all that as a sentence. */

type Message =
  /** What stands there, as a quoted text; empty for the end. */
  | { readonly kind: 'found'; readonly text: string }
  /** What stands there although it must not; it is told instead of what is `found`. */
  | { readonly kind: 'unwanted'; readonly text: string }
  | { readonly kind: 'expected'; readonly text: string };

export interface Mistake {
  /** Index of a character. */
  readonly at: number;
  /** Empty where nothing is wrong. */
  readonly messages: readonly Message[];
}

export function nothingWrong(at: number): Mistake {
  return { at, messages: [] };
}

/** @param found undefined at the end of the text */
export function unexpected(found: string | undefined, at: number): Mistake {
  return { at, messages: [{ kind: 'found', text: found === undefined ? '' : quoted(found, '"') }] };
}

/** A character that the rule forbids to stand there. */
export function unwanted(found: string, at: number): Mistake {
  return { at, messages: [{ kind: 'unwanted', text: quoted(found, "'") }] };
}

/** The mistake with nothing but this expected. */
export function expecting(label: string, { at, messages }: Mistake): Mistake {
  return {
    at,
    messages: [{ kind: 'expected', text: label }, ...messages.filter(({ kind }) => kind !== 'expected')],
  };
}

/** A rule's mistake under the rule's own name; a rule that holds and has nothing to tell stays silent. */
export function withLabel(
  label: string,
  { ok, mistake }: { readonly ok: boolean; readonly mistake: Mistake },
): Mistake {
  return ok && mistake.messages.length === 0 ? mistake : expecting(label, mistake);
}

/** The one further ahead; both when they are at the same place. */
export function later(one: Mistake, other: Mistake): Mistake {
  if (other.messages.length === 0 && one.messages.length > 0) return one;
  if (one.messages.length === 0 && other.messages.length > 0) return other;
  if (one.at !== other.at) return one.at > other.at ? one : other;
  return { at: one.at, messages: [...one.messages, ...other.messages] };
}

/** `unexpected "x" expecting digit, "," or end of input` */
export function sentence({ messages }: Mistake): string {
  const of = (wanted: Message['kind']): readonly string[] => [
    ...new Set(messages.filter(({ kind }) => kind === wanted).map(({ text }) => text)),
  ];
  const [found] = of('found');
  const forbidden = of('unwanted');
  const expected = of('expected').filter((text) => text !== '');
  const parts: string[] = [];
  if (forbidden.length > 0) parts.push(`unexpected ${enumerated(forbidden)}`);
  else if (found !== undefined) parts.push(`unexpected ${found === '' ? 'end of input' : found}`);
  if (expected.length > 0) parts.push(`expecting ${enumerated(expected)}`);
  return parts.length === 0 ? 'unknown parse error' : parts.join(' ');
}

function enumerated(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`;
}

/** Line and column, from 1; a tab reaches to the next column after a multiple of eight. */
export function placeOf(text: readonly string[], { at }: Mistake): { readonly line: number; readonly column: number } {
  let line = 1;
  let column = 1;
  for (let index = 0; index < at; index++) {
    const character = text[index];
    if (character === '\n') {
      line += 1;
      column = 1;
    } else {
      column += character === '\t' ? 8 - ((column - 1) % 8) : 1;
    }
  }
  return { line, column };
}

/** Names of the control characters from 0, as Haskell writes them behind a backslash. */
const controls = [
  ...[
    'NUL',
    'SOH',
    'STX',
    'ETX',
    'EOT',
    'ENQ',
    'ACK',
    'a',
    'b',
    't',
    'n',
    'v',
    'f',
    'r',
    'SO',
    'SI',
    'DLE',
    'DC1',
    'DC2',
  ],
  ...['DC3', 'DC4', 'NAK', 'SYN', 'ETB', 'CAN', 'EM', 'SUB', 'ESC', 'FS', 'GS', 'RS', 'US'],
];

/** A character as Haskell shows it: what is no printable ASCII is escaped. */
export function quoted(character: string, mark: '"' | "'"): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === mark || character === '\\') return `${mark}\\${character}${mark}`;
  if (code >= 0x20 && code < 0x7f) return `${mark}${character}${mark}`;
  return `${mark}\\${controls[code] ?? (code === 0x7f ? 'DEL' : code)}${mark}`;
}
