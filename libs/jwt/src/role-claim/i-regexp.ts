/**
 * Matches an I-Regexp in time linear in the text: all states at once, nothing is tried twice. A pattern comes from one
 * tenant's settings and runs in a process that serves them all, so the backtracking of RegExp is out of the question.
 */
import { assertNever } from '@perch/engine';
import { parseIRegexp, type RegexpNode } from './i-regexp-parse.js';

/** Above it a pattern is refused: `{n,m}` is written out. */
const MAX_STATES = 2_000;
/** Characters; no role is longer, so nothing longer matches. */
const MAX_TEXT_LENGTH = 4_096;

type State =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean; readonly next: number }
  | { readonly kind: 'anchor'; readonly at: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'split'; readonly next: number[] }
  | { readonly kind: 'end' };

/** undefined for a text that is no I-Regexp or too large a one. */
export function compileIRegexp(text: string): IRegexp | undefined {
  const node = parseIRegexp(text);
  if (node === undefined) return undefined;
  const states: State[] = [{ kind: 'end' }];
  const start = build(node, 0, states);
  return start === undefined ? undefined : new IRegexp(states, start);
}

export class IRegexp {
  constructor(
    private readonly states: readonly State[],
    private readonly start: number,
  ) {}

  /** Steps that a text of this length may take. */
  stepsFor(length: number): number {
    return length * this.states.length;
  }

  /** @param whole asks for a match of all of the text, else one anywhere in it. */
  test(text: string, whole: boolean): boolean {
    const characters = [...text];
    const length = characters.length;
    if (length > MAX_TEXT_LENGTH) return false;
    let current = new Set<number>();
    for (let at = 0; at <= length; at += 1) {
      if (at === 0 || !whole) this.enter(this.start, at, length, current);
      if (current.has(0) && (!whole || at === length)) return true;
      const character = characters[at];
      if (character === undefined) return false;
      const following = new Set<number>();
      for (const index of current) {
        const state = this.states[index];
        if (state?.kind === 'character' && state.test(character)) this.enter(state.next, at + 1, length, following);
      }
      current = following;
    }
    return false;
  }

  /** Adds a state and whatever it leads to without reading a character. */
  private enter(first: number, at: number, length: number, into: Set<number>): void {
    const open = [first];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (into.has(index)) continue;
      into.add(index);
      const state = this.states[index];
      if (state?.kind === 'split') open.push(...state.next);
      if (state?.kind === 'anchor' && at === (state.at === 'start' ? 0 : length)) open.push(state.next);
    }
  }
}

/** Adds the states of `node` in front of `next`; the index of the first one, or undefined when there are too many. */
function build(node: RegexpNode, next: number, states: State[]): number | undefined {
  if (states.length > MAX_STATES) return undefined;
  switch (node.kind) {
    case 'character':
      return states.push({ kind: 'character', test: node.test, next }) - 1;
    case 'anchor':
      return states.push({ kind: 'anchor', at: node.at, next }) - 1;
    case 'sequence':
      return node.items.reduceRight<number | undefined>(
        (after, item) => (after === undefined ? undefined : build(item, after, states)),
        next,
      );
    case 'choice': {
      const starts: number[] = [];
      for (const option of node.options) {
        const start = build(option, next, states);
        if (start === undefined) return undefined;
        starts.push(start);
      }
      return states.push({ kind: 'split', next: starts }) - 1;
    }
    case 'repeat':
      return buildRepeat(node, next, states);
    default:
      return assertNever(node);
  }
}

function buildRepeat(
  { item, min, max }: Extract<RegexpNode, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number | undefined {
  let start: number | undefined = next;
  if (max === Infinity) {
    const loop: number[] = [next];
    start = states.push({ kind: 'split', next: loop }) - 1;
    const body = build(item, start, states);
    if (body === undefined) return undefined;
    loop.push(body);
  } else {
    for (let optional = min; optional < max && start !== undefined; optional += 1) {
      const body: number | undefined = build(item, start, states);
      start = body === undefined ? undefined : states.push({ kind: 'split', next: [body, next] }) - 1;
    }
  }
  for (let required = 0; required < min && start !== undefined; required += 1) start = build(item, start, states);
  return start;
}
