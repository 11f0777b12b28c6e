/**
 * A CSV body: text in, its header and a JSON array of its rows out, made in one pass and in slices.
 *
 * Every value is a string, but `NULL` is null. As tolerant as recorded: rows may be longer than the header, or all as short
 * (their columns are then not written), a quote may be left open (the last character is then lost), empty lines are left
 * out. What stands behind a closing quote is an error.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { engineError } from '../error/engine-error.js';
import type { Slices } from '../slices.js';
import { CsvReader } from './csv-reader.js';

export interface CsvRows {
  /** Names that each row has a value for: all of the header, or its beginning. None without rows. */
  readonly names: readonly string[];
  /** An array of objects, one for each row. */
  readonly json: string;
}

/** Every row names its columns in JSON: a few megabytes of short fields under long names could become gigabytes. */
const mostJsonCharacters = 128 * 1024 * 1024;
/** Far above the columns of a table. */
const mostColumns = 20_000;
/** Characters of the text in one slice: some 5 ms of the shortest fields. */
const sliceLength = 64 * 1024;
/** Characters of JSON in one slice. */
const sliceJson = 1024 * 1024;

/**
 * @throws PGRST102 no line behind the header, a quote in the wrong place, rows that have values for different columns, or
 * too many columns
 * @throws PERCH202 the rows are too large as JSON
 */
export function* csvAsJson(text: string): Slices<CsvRows> {
  const reader = new CsvReader(text, sliceLength);
  const header = new CsvHeader(yield* headerOf(reader));
  const pieces: string[] = [];
  /** Of the slice. */
  let rows: string[] = [];
  /** Of the row; what is left of the one before is not looked at. */
  const cells: string[] = [];
  let made = 0;
  let size = 0;
  let sliceEnd = reader.position + sliceLength;
  let fields = 0;
  let narrowest = header.length;
  let widest = 0;
  while (!reader.atEnd || fields > 0) {
    while (!reader.field()) yield;
    const slot = header.slots[fields];
    if (slot !== undefined) cells[slot] = reader.isLong ? yield* reader.longJson() : reader.json();
    fields += 1;
    if (!reader.takeComma()) {
      if (fields > 1 || !reader.isEmpty) {
        const width = Math.min(fields, header.length);
        const row = header.row(cells, width);
        rows.push(row);
        made += row.length;
        narrowest = Math.min(narrowest, width);
        widest = Math.max(widest, width);
        if (size + made > mostJsonCharacters) throw engineError('PERCH202', { most: mostJsonCharacters });
      }
      fields = 0;
      if (!reader.endLine() && !reader.atEnd) reader.fail('endOfInput');
    }
    if (reader.position < sliceEnd && made < sliceJson) continue;
    if (rows.length > 0) pieces.push(rows.join(','));
    rows = [];
    yield;
    size += made;
    made = 0;
    sliceEnd = reader.position + sliceLength;
  }
  if (rows.length > 0) pieces.push(rows.join(','));
  const names = header.names(widest);
  if (widest > 0 && header.names(narrowest).length < names.length) {
    throw engineError('PGRST102', { reason: 'All lines must have same number of fields' });
  }
  return { names, json: `[${pieces.join(',')}]` };
}

/** The first line. */
function* headerOf(reader: CsvReader): Slices<readonly string[]> {
  const names: string[] = [];
  do {
    while (!reader.field()) yield;
    names.push(reader.value());
    if (names.length > mostColumns) {
      throw engineError('PGRST102', { reason: `A CSV body has at most ${mostColumns} columns` });
    }
  } while (reader.takeComma());
  if (!reader.endLine()) reader.fail(reader.atEnd ? 'not enough input' : 'endOfLine');
  return names;
}

/** Names of columns in, objects of cells out. Of a repeated name the last value counts, in the place of the first. */
class CsvHeader {
  readonly length: number;
  /** For each field of a row which of the distinct names it is of. */
  readonly slots: readonly number[];
  readonly #distinct: readonly string[];
  readonly #keys: readonly string[];
  /** How many distinct names so many fields have. */
  readonly #distinctOf: readonly number[];

  constructor(names: readonly string[]) {
    const slots = new Map<string, number>();
    const distinctOf = [0];
    this.slots = names.map((name) => {
      const slot = slots.get(name) ?? slots.size;
      slots.set(name, slot);
      distinctOf.push(slots.size);
      return slot;
    });
    this.length = names.length;
    this.#distinct = [...slots.keys()];
    this.#keys = this.#distinct.map((name, slot) => `${slot === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    this.#distinctOf = distinctOf;
  }

  /** Of the first so many fields. */
  names(width: number): readonly string[] {
    return this.#distinct.slice(0, this.#distinctOf[width]);
  }

  /** @param cells JSON by slot, of a row with so many fields. */
  row(cells: readonly string[], width: number): string {
    const count = this.#distinctOf[width] ?? 0;
    let members = '';
    for (let slot = 0; slot < count; slot += 1) members += `${this.#keys[slot] ?? ''}${cells[slot] ?? ''}`;
    return `${members}}`;
  }
}
