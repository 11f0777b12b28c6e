/** A cursor over one parameter's text, for parsers that give up at the first thing that is wrong. Knows characters, not grammar. */
import { engineError, type EngineError } from '../../error/engine-error.js';
import { placeOf, sentence } from './diagnosis/mistake.js';
import type { Rule } from './diagnosis/rule.js';

/** Levels of parentheses. Far above what a person writes, far below what would use up the stack. */
export const maxDepth = 500;

/** UTF-16 units. The grammar reads some thousand of them in 10 ms, in which nobody else is answered: longer texts are not worth it. */
const longestDiagnosed = 8 * 1024;

/** UTF-16 units that an error repeats of a longer one. */
const shownLength = 500;

/** What a text is read as. */
export interface Parameter {
  /** What an error calls it, as `filter` in `failed to parse filter (x)`. */
  readonly subject: string;
  /** Tells the mistake of a text that was given up. */
  readonly grammar: Rule<unknown>;
}

/** The text is not of the grammar. Where and how is not known yet: `parse` finds that out. */
class GivenUp extends Error {}

/**
 * Reads a text.
 *
 * @param shown what an error repeats of it, when that is not the whole text
 * @throws PGRST100 naming line and column (from 1), what stands there and what would have been right; of a very long text not
 */
export function parse<T>(
  { subject, grammar }: Parameter,
  text: string,
  read: (scanner: Scanner) => T,
  shown = text,
): T {
  const scanner = new Scanner(text);
  try {
    return read(scanner);
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
    throw diagnosed(`failed to parse ${subject} (${shorten(shown)})`, grammar, text, error.message);
  }
}

/** @param reason of the parser's own, where the grammar itself has nothing against the text */
function diagnosed(subject: string, grammar: Rule<unknown>, text: string, reason: string): EngineError {
  const details = reason === '' && text.length > longestDiagnosed ? 'too long to tell where it is wrong' : reason;
  if (details !== '') return engineError('PGRST100', { subject, line: 1, column: 1, details });
  const characters = [...text];
  const { mistake } = grammar(characters, 0);
  return engineError('PGRST100', { subject, ...placeOf(characters, mistake), details: sentence(mistake) });
}

export class Scanner {
  /** Index of the next character, in UTF-16 units. */
  position = 0;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The next character (a UTF-16 unit), '' at the end. */
  peek(): string {
    return this.text[this.position] ?? '';
  }

  at(expected: string): boolean {
    return this.text.startsWith(expected, this.position);
  }

  /** Steps over the expected text if it comes next. */
  take(expected: string): boolean {
    if (!this.at(expected)) return false;
    this.position += expected.length;
    return true;
  }

  /** Steps over the expected text, or gives up. */
  expect(expected: string): void {
    if (!this.take(expected)) this.giveUp();
  }

  /**
   * Steps over what a sticky expression matches here and returns it; '' when it does not match.
   *
   * Only for expressions that repeat nothing but one class of characters: a repeated group would use up the stack on a long text.
   */
  match(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    if (!sticky.test(this.text)) return '';
    const start = this.position;
    this.position = sticky.lastIndex;
    return this.text.slice(start, this.position);
  }

  skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.position += 1;
  }

  /** What `read` finds; undefined, with the scanner where it was, when it gives up or finds nothing. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const start = this.position;
    try {
      const found = read();
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    }
    this.position = start;
    return undefined;
  }

  /** The text is not of the grammar. */
  giveUp(): never {
    throw new GivenUp();
  }

  /** Gives up on a text that may be of the grammar, but is nested deeper than `maxDepth`. */
  giveUpIfDeep(depth: number): void {
    if (depth >= maxDepth) throw new GivenUp(`expecting at most ${maxDepth} levels of parentheses`);
  }
}

function shorten(text: string): string {
  return text.length <= longestDiagnosed ? text : `${text.slice(0, shownLength).replace(/[\ud800-\udbff]$/, '')}…`;
}
