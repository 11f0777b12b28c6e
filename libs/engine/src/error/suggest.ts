/**
 * "Perhaps you meant ...": the name most like a wrong one. Takes names, knows nothing of where they come from.
 *
 * The same guess as PostgREST's: of the candidates that share pieces of three letters with the wrong name (or, when none of
 * them is alike enough, of two) the fifty that share most are compared letter by letter.
 *
 * @see https://hackage.haskell.org/package/fuzzyset
 */
import { PieceCounter, similarity } from './likeness.js';

/** Of 1; names are only suggested when this alike, so that a guess does not reveal names. */
export const nameSimilarity = 0.75;
/** Of 1; enough for argument lists of a function that the client already named. */
export const argumentsSimilarity = 0.33;

/** Characters; nothing that long is a slip of the keyboard. */
const nameLimit = 4096;

/** Characters of all candidates that are looked into in one call: about twenty milliseconds. What lies behind is none. */
const candidatesLimit = 200_000;

/** Letters compared at most in one call: two milliseconds. What is less alike at first sight is then none. */
const workLimit = 500_000;

const mostCompared = 50;

/**
 * The candidate most like the wrong name, or undefined when none is alike enough. Letter case does not count. Of equally
 * alike ones the last.
 */
export function suggest(
  wrong: string,
  candidates: Iterable<string>,
  minSimilarity = nameSimilarity,
): string | undefined {
  if (wrong.length > nameLimit) return undefined;
  const target = wrong.toLowerCase();
  const names = byLowerCase(candidates);
  return names.get(target) ?? alike(target, names, 3, minSimilarity) ?? alike(target, names, 2, minSimilarity);
}

/** The last first. */
function byLowerCase(candidates: Iterable<string>): ReadonlyMap<string, string> {
  const taken: string[] = [];
  let size = 0;
  for (const candidate of candidates) {
    size += candidate.length;
    if (size > candidatesLimit) break;
    taken.push(candidate);
  }
  const names = new Map<string, string>();
  for (const candidate of taken.reverse()) {
    const lower = candidate.toLowerCase();
    if (!names.has(lower)) names.set(lower, candidate);
  }
  return names;
}

interface Match {
  readonly text: string;
  readonly index: number;
  readonly score: number;
}

function alike(
  target: string,
  names: ReadonlyMap<string, string>,
  length: 2 | 3,
  minSimilarity: number,
): string | undefined {
  const compared = sharing(target, names.keys(), length).sort(byScore).slice(0, mostCompared);
  let best: Match | undefined;
  let work = workLimit;
  for (const { text, index } of compared) {
    const longer = Math.max(text.length, target.length);
    if (Math.abs(text.length - target.length) > longer * (1 - minSimilarity)) continue;
    work -= text.length * target.length;
    if (work < 0) break;
    const score = similarity(text, target);
    // Of equally alike ones that which shares more pieces, which comes first here.
    if (score >= minSimilarity && (best === undefined || score > best.score)) best = { text, index, score };
  }
  return best === undefined ? undefined : names.get(best.text);
}

/** Those with a piece in common, and the cosine of the counts of their pieces. */
function sharing(target: string, texts: Iterable<string>, length: 2 | 3): Match[] {
  const counter = new PieceCounter();
  const wanted = counter.count(target, length);
  const matches: Match[] = [];
  let index = 0;
  for (const text of texts) {
    const pieces = counter.count(text, length);
    let product = 0;
    for (const [piece, count] of pieces.counts) product += count * (wanted.counts.get(piece) ?? 0);
    if (product > 0) matches.push({ text, index, score: product / (wanted.magnitude * pieces.magnitude) });
    index += 1;
  }
  return matches;
}

function byScore(left: Match, right: Match): number {
  return right.score - left.score || inHashOrder(left.index, right.index);
}

/** As PostgREST's hash map holds them: by the lowest five bits, then by the next five. */
function inHashOrder(left: number, right: number): number {
  for (let shift = 0; left >> shift !== right >> shift; shift += 5) {
    const difference = ((left >> shift) & 31) - ((right >> shift) & 31);
    if (difference !== 0) return difference;
  }
  return 0;
}
