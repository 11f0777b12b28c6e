/** How alike two texts are: texts in, pieces that they may share and a number from 0 to 1 out. */

/** Pieces of a text, each as a number, with how often it is in there. */
export interface Pieces {
  readonly counts: ReadonlyMap<number, number>;
  /** Length of the counts as a vector. */
  readonly magnitude: number;
}

/** Letters, digits, blanks and commas: what of a text is cut into pieces. */
const counted = /[\p{L}\p{N}\p{Zs}\t-\r,]/u;

/** Different letters that are told apart: three of them make a small integer. */
const mostLetters = 1024;

/** Not in any piece. */
const ignored = -1;

/** Cuts texts into overlapping pieces, with a mark on both sides so that beginnings and ends count. */
export class PieceCounter {
  /** By the letter's code. */
  private readonly numbers = new Map<number, number>();

  count(text: string, length: 2 | 3): Pieces {
    const counts = new Map<number, number>();
    let squares = 0;
    const keep = length === 3 ? mostLetters * mostLetters : mostLetters;
    let piece = 0;
    let seen = 1;
    for (let index = 0; index <= text.length; index++) {
      const letter = index === text.length ? 0 : this.numberOf(text, index);
      if (letter === ignored) continue;
      piece = (piece % keep) * mostLetters + letter;
      seen += 1;
      if (seen < length) continue;
      const count = counts.get(piece) ?? 0;
      squares += 2 * count + 1;
      counts.set(piece, count + 1);
    }
    return { counts, magnitude: Math.sqrt(squares) };
  }

  /** The mark is 0. What is one letter too much looks like the last one. */
  private numberOf(text: string, index: number): number {
    const code = text.charCodeAt(index);
    const known = this.numbers.get(code);
    if (known !== undefined) return known;
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    const number =
      isHalf || counted.test(text.charAt(index)) ? Math.min(this.numbers.size + 1, mostLetters - 1) : ignored;
    this.numbers.set(code, number);
    return number;
  }
}

/** 1 for equal texts, 0 where every letter has to be changed; letters to insert, delete or replace count. */
export function similarity(left: string, right: string): number {
  const longer = Math.max(left.length, right.length);
  return longer === 0 ? 1 : 1 - distance(left, right) / longer;
}

/** Levenshtein distance. */
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
