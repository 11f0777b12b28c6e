/**
 * Rules of a grammar that remember what would have been right where: a text and a position in; whether the rule holds, where
 * it ends and the mistake that lies furthest ahead out.
 *
 * They follow Parsec, whose messages clients of the dialect know: a rule that has taken characters and then fails is final
 * unless `attempt` takes it back, and of two mistakes the later one counts, while those at one place are told together.
 * Far too slow for a request that is in order, so only one that is not is read this way.
 *
 * @see https://www.microsoft.com/en-us/research/publication/parsec-direct-style-monadic-parser-combinators-for-the-real-world/
 */
import { expecting, later, nothingWrong, quoted, unexpected, unwanted, withLabel, type Mistake } from './mistake.js';

/** A text as characters: its columns are counted in them. */
export type Characters = readonly string[];

export type Outcome<T> =
  | { readonly ok: true; readonly took: boolean; readonly value: T; readonly end: number; readonly mistake: Mistake }
  | { readonly ok: false; readonly took: boolean; readonly mistake: Mistake };

export type Rule<T> = (text: Characters, at: number) => Outcome<T>;

/** Holds everywhere and takes nothing. */
export function always<T>(value: T): Rule<T> {
  return (_, at) => ({ ok: true, took: false, value, end: at, mistake: nothingWrong(at) });
}

/** One character of a kind that has no name of its own. */
export function characterWhere(isRight: (character: string) => boolean): Rule<string> {
  return (text, at) => {
    const found = text[at];
    return found !== undefined && isRight(found)
      ? { ok: true, took: true, value: found, end: at + 1, mistake: nothingWrong(at + 1) }
      : { ok: false, took: false, mistake: unexpected(found, at) };
  };
}

export function character(wanted: string): Rule<string> {
  return named(
    characterWhere((found) => found === wanted),
    quoted(wanted, '"'),
  );
}

/** These characters in a row; the first of them alone makes it final. */
export function characters(wanted: string): Rule<string> {
  const all = [...wanted];
  return (text, at) => {
    const wrong = all.findIndex((letter, index) => text[at + index] !== letter);
    if (wrong < 0) {
      const end = at + all.length;
      return { ok: true, took: true, value: wanted, end, mistake: nothingWrong(end) };
    }
    return { ok: false, took: wrong > 0, mistake: expecting(`"${wanted}"`, unexpected(text[at + wrong], at)) };
  };
}

/** The text is over. */
export const endOfText: Rule<undefined> = named((text, at) => {
  const found = text[at];
  return found === undefined
    ? { ok: true, took: false, value: undefined, end: at, mistake: unexpected(undefined, at) }
    : { ok: false, took: false, mistake: unwanted(found, at) };
}, 'end of input');

/** One rule, then the one that its value calls for. */
export function chain<T, U>(first: Rule<T>, next: (value: T) => Rule<U>): Rule<U> {
  return (text, at) => {
    const before = first(text, at);
    if (!before.ok) return before;
    const after = next(before.value)(text, before.end);
    return after.took ? after : told(after, before.took, later(before.mistake, after.mistake));
  };
}

/** Rules in a row. */
export function inTurn(...rules: readonly Rule<unknown>[]): Rule<undefined> {
  return rules.reduceRight<Rule<undefined>>((rest, rule) => chain(rule, () => rest), always(undefined));
}

/** The first of the rules that holds or takes something. */
export function oneOf<T>(...rules: readonly Rule<T>[]): Rule<T> {
  const [first, ...others] = rules;
  if (first === undefined) return (_, at) => ({ ok: false, took: false, mistake: nothingWrong(at) });
  if (others.length === 0) return first;
  const rest = oneOf(...others);
  return (text, at) => {
    const one = first(text, at);
    if (one.ok || one.took) return one;
    const other = rest(text, at);
    return other.took ? other : told(other, false, later(one.mistake, other.mistake));
  };
}

export function optional(rule: Rule<unknown>): Rule<unknown> {
  return oneOf<unknown>(rule, always(undefined));
}

/** What the rule takes before it fails is given back; its mistake stays where it is. */
export function attempt<T>(rule: Rule<T>): Rule<T> {
  return (text, at) => {
    const outcome = rule(text, at);
    return outcome.ok || !outcome.took ? outcome : told(outcome, false, outcome.mistake);
  };
}

/** The rule holds here, but nothing is taken. */
export function ahead(rule: Rule<unknown>): Rule<undefined> {
  return (text, at) => {
    const outcome = rule(text, at);
    return outcome.ok ? { ok: true, took: false, value: undefined, end: at, mistake: nothingWrong(at) } : outcome;
  };
}

/** The next character is not this one. */
export function notAhead(rule: Rule<string>): Rule<undefined> {
  const refuse: Rule<undefined> = chain(attempt(rule), (found) => (_, at) => ({
    ok: false,
    took: false,
    mistake: unwanted(found, at),
  }));
  return attempt(oneOf(refuse, always(undefined)));
}

/** As often as the rule holds. */
export function many(rule: Rule<unknown>): Rule<undefined> {
  return (text, at) => {
    let end = at;
    let before = nothingWrong(at);
    for (;;) {
      const outcome = rule(text, end);
      if (outcome.ok && outcome.end > end) {
        end = outcome.end;
        before = outcome.mistake;
        continue;
      }
      if (!outcome.ok && outcome.took) return outcome;
      return { ok: true, took: end > at, value: undefined, end, mistake: later(before, outcome.mistake) };
    }
  };
}

/** At least once, and then only the mistake behind the last one counts. */
export function someOf(rule: Rule<unknown>): Rule<undefined> {
  return inTurn(rule, forgetful(many(rule), rule));
}

/** The rule between separators, at least once. */
export function separated(rule: Rule<unknown>, separator: Rule<unknown>): Rule<undefined> {
  const another = inTurn(separator, rule);
  return inTurn(rule, forgetful(many(another), another));
}

/** `many` tells the mistakes inside its last round too; these forms do not. */
function forgetful(repeated: Rule<undefined>, rule: Rule<unknown>): Rule<undefined> {
  return (text, at) => {
    const outcome = repeated(text, at);
    return outcome.ok ? told(outcome, outcome.took, rule(text, outcome.end).mistake) : outcome;
  };
}

/** What a mistake at the rule's own beginning calls it. */
export function named<T>(rule: Rule<T>, label: string): Rule<T> {
  return (text, at) => {
    const outcome = rule(text, at);
    return outcome.took ? outcome : told(outcome, false, withLabel(label, outcome));
  };
}

/** The same outcome with other words. Written out: copying by `...` takes several times as long. */
function told<T>(outcome: Outcome<T>, took: boolean, mistake: Mistake): Outcome<T> {
  return outcome.ok
    ? { ok: true, took, value: outcome.value, end: outcome.end, mistake }
    : { ok: false, took, mistake };
}
