/**
 * "Perhaps you meant ...": the name most like a wrong one. Takes names, knows nothing of where they come from.
 *
 * A candidate must share a piece of three letters (or, when none does, of two) with the wrong name and differ in few letters.
 */

/** Of 1; names are only suggested when this alike, so that a guess does not reveal names. */
export const nameSimilarity = 0.75;
/** Of 1; enough for argument lists of a function that the client already named. */
export const argumentsSimilarity = 0.33;

/** Characters; nothing that long is a slip of the keyboard. */
const nameLimit = 4096;

/** Letters compared at most in one call: about two milliseconds. */
const workLimit = 500_000;

/**
 * The candidate most like the wrong name, or undefined when none is alike enough.
 *
 * Time is bounded whatever the number and length of the names: when the work is used up, the best so far is the answer.
 */
export function suggest(
  wrong: string,
  candidates: Iterable<string>,
  minSimilarity = nameSimilarity,
): string | undefined {
  if (wrong.length > nameLimit) return undefined;
  const target = wrong.toLowerCase();
  const [threes, twos] = [pieces(target, 3), pieces(target, 2)];
  let work = workLimit;
  let byThree: Match | undefined;
  let byTwo: Match | undefined;
  for (const candidate of candidates) {
    const text = candidate.toLowerCase();
    if (text === target) return candidate;
    const longer = Math.max(text.length, target.length);
    work -= text.length;
    if (work < 0) break;
    if (Math.abs(text.length - target.length) > longer * (1 - minSimilarity)) continue;
    work -= text.length * target.length;
    if (work < 0) break;
    const shares = sharesPiece(text, 3, threes) ? 3 : sharesPiece(text, 2, twos) ? 2 : 0;
    if (shares === 0) continue;
    const similarity = 1 - distance(text, target) / longer;
    if (similarity < minSimilarity) continue;
    const match: Match = { candidate, similarity };
    if (shares === 3) byThree = better(match, byThree, target, 3);
    else byTwo = better(match, byTwo, target, 2);
  }
  return (byThree ?? byTwo)?.candidate;
}

interface Match {
  readonly candidate: string;
  readonly similarity: number;
}

/** Of two that differ in as many letters the one that shares more pieces, for its length. */
function better(match: Match, best: Match | undefined, target: string, length: number): Match {
  if (best === undefined || match.similarity !== best.similarity) {
    return best === undefined || match.similarity > best.similarity ? match : best;
  }
  return cosine(match.candidate, target, length) > cosine(best.candidate, target, length) ? match : best;
}

/** Of the counts of their pieces. */
function cosine(candidate: string, target: string, length: number): number {
  const [left, right] = [countedPieces(candidate.toLowerCase(), length), countedPieces(target, length)];
  let product = 0;
  for (const [piece, count] of left) product += count * (right.get(piece) ?? 0);
  return product / (norm(left) * norm(right));
}

function countedPieces(text: string, length: number): ReadonlyMap<string, number> {
  const marked = mark(text);
  const counts = new Map<string, number>();
  for (let start = 0; start + length <= marked.length; start++) {
    const piece = marked.slice(start, start + length);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}

function norm(counts: ReadonlyMap<string, number>): number {
  return Math.sqrt([...counts.values()].reduce((sum, count) => sum + count * count, 0));
}

/** Every piece of a length, with an edge mark on both sides so that beginnings and ends count. */
function pieces(text: string, length: number): ReadonlySet<string> {
  const marked = mark(text);
  const result = new Set<string>();
  for (let start = 0; start + length <= marked.length; start++) result.add(marked.slice(start, start + length));
  return result;
}

function sharesPiece(text: string, length: number, others: ReadonlySet<string>): boolean {
  const marked = mark(text);
  for (let start = 0; start + length <= marked.length; start++) {
    if (others.has(marked.slice(start, start + length))) return true;
  }
  return false;
}

function mark(text: string): string {
  return `-${text.replace(/[^\p{L}\p{N}_, ]+/gu, '')}-`;
}

/** Levenshtein distance: letters to insert, delete or replace. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
