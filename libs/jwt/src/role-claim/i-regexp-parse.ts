/**
 * The text of an I-Regexp in, its tree out. Beyond RFC 9485 it knows `^` and `$` as anchors and the classes `\d`, `\w`, `\s`,
 * which people write.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9485
 */
export type RegexpNode =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'anchor'; readonly at: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly items: readonly RegexpNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexpNode[] }
  | { readonly kind: 'repeat'; readonly item: RegexpNode; readonly min: number; readonly max: number };

const MAX_REPEAT = 1_000;
const ESCAPED_CHARACTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const SYNTAX_CHARACTER = /[-()*+.?[\\\]^{|}$/]/;

/** Thrown and caught in here only: the text is no I-Regexp. */
class NoRegexp extends Error {}

/** undefined for a text that is no I-Regexp. */
export function parseIRegexp(text: string): RegexpNode | undefined {
  const parser = new Parser([...text]);
  try {
    return parser.parse();
  } catch (error) {
    if (error instanceof NoRegexp) return undefined;
    throw error;
  }
}

class Parser {
  private at = 0;

  constructor(private readonly characters: readonly string[]) {}

  parse(): RegexpNode {
    const node = this.choice();
    if (this.at < this.characters.length) throw new NoRegexp();
    return node;
  }

  private get current(): string | undefined {
    return this.characters[this.at];
  }

  private eat(character: string): boolean {
    if (this.current !== character) return false;
    this.at += 1;
    return true;
  }

  private next(): string {
    const character = this.current;
    if (character === undefined) throw new NoRegexp();
    this.at += 1;
    return character;
  }

  private choice(): RegexpNode {
    const options = [this.sequence()];
    while (this.eat('|')) options.push(this.sequence());
    return { kind: 'choice', options };
  }

  private sequence(): RegexpNode {
    const items: RegexpNode[] = [];
    while (this.current !== undefined && this.current !== '|' && this.current !== ')') items.push(this.piece());
    return { kind: 'sequence', items };
  }

  private piece(): RegexpNode {
    const item = this.atom();
    if (this.eat('*')) return { kind: 'repeat', item, min: 0, max: Infinity };
    if (this.eat('+')) return { kind: 'repeat', item, min: 1, max: Infinity };
    if (this.eat('?')) return { kind: 'repeat', item, min: 0, max: 1 };
    if (!this.eat('{')) return item;
    const min = this.number();
    const max = this.eat(',') ? (this.current === '}' ? Infinity : this.number()) : min;
    if (!this.eat('}') || max < min) throw new NoRegexp();
    return { kind: 'repeat', item, min, max };
  }

  private number(): number {
    let digits = '';
    while (this.current !== undefined && /\d/.test(this.current)) digits += this.next();
    const value = Number(digits);
    if (digits === '' || value > MAX_REPEAT) throw new NoRegexp();
    return value;
  }

  private atom(): RegexpNode {
    const character = this.next();
    switch (character) {
      case '(': {
        const inner = this.choice();
        if (!this.eat(')')) throw new NoRegexp();
        return inner;
      }
      case '^':
        return { kind: 'anchor', at: 'start' };
      case '$':
        return { kind: 'anchor', at: 'end' };
      case '.':
        return { kind: 'character', test: (other) => other !== '\n' && other !== '\r' };
      case '[':
        return { kind: 'character', test: this.characterClass() };
      case '\\':
        return { kind: 'character', test: this.escape() };
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ')':
      case ']':
        throw new NoRegexp();
      default:
        return { kind: 'character', test: (other) => other === character };
    }
  }

  private characterClass(): (character: string) => boolean {
    const negated = this.eat('^');
    const tests: ((character: string) => boolean)[] = [];
    do {
      tests.push(this.classItem());
    } while (!this.eat(']'));
    return (character) => tests.some((test) => test(character)) !== negated;
  }

  private classItem(): (character: string) => boolean {
    const first = this.next();
    if (first === '[') throw new NoRegexp();
    if (first === '\\') {
      const literal = this.escapedLiteral();
      return literal === undefined ? this.escape() : this.range(literal);
    }
    return this.range(first);
  }

  private range(from: string): (character: string) => boolean {
    const hyphen = this.current === '-' && this.characters[this.at + 1] !== ']';
    if (!hyphen) return (character) => character === from;
    this.at += 1;
    let to = this.next();
    if (to === '\\') to = this.escapedLiteral() ?? this.refuse();
    const [low, high] = [codeOf(from), codeOf(to)];
    if (low > high) throw new NoRegexp();
    return (character) => codeOf(character) >= low && codeOf(character) <= high;
  }

  private refuse(): never {
    throw new NoRegexp();
  }

  /** The character that the escape at the cursor stands for; undefined, without moving, when it is a class. */
  private escapedLiteral(): string | undefined {
    const character = this.current;
    if (character === undefined) throw new NoRegexp();
    const literal = ESCAPED_CHARACTERS[character] ?? (SYNTAX_CHARACTER.test(character) ? character : undefined);
    if (literal !== undefined) this.at += 1;
    return literal;
  }

  private escape(): (character: string) => boolean {
    const literal = this.escapedLiteral();
    if (literal !== undefined) return (character) => character === literal;
    const name = this.next();
    if ('dDwWsS'.includes(name)) return testOf(`\\${name}`);
    if (name !== 'p' && name !== 'P') throw new NoRegexp();
    if (!this.eat('{')) throw new NoRegexp();
    let category = '';
    while (!this.eat('}')) category += this.next();
    if (!/^[A-Z][a-z]?$/.test(category)) throw new NoRegexp();
    return testOf(`\\${name}{${category}}`);
  }
}

/** A class of single characters: no backtracking can come of it. */
function testOf(characterClass: string): (character: string) => boolean {
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${characterClass}$`, 'u');
  } catch {
    throw new NoRegexp();
  }
  return (character) => pattern.test(character);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
