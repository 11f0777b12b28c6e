/**
 * A CSV body: text in, its header and a JSON array of its rows out, made in one pass.
 *
 * Every value is a string, but `NULL` is null. As tolerant as recorded: rows may be longer than the header, or all as short
 * (their columns are then not written), a quote may be left open (the last character is then lost), empty lines are left
 * out. What stands behind a closing quote is an error.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { engineError } from '../error/engine-error.js';

export interface CsvRows {
  /** Names that each row has a value for: all of the header, or its beginning. None without rows. */
  readonly names: readonly string[];
  /** An array of objects, one for each row. */
  readonly json: string;
}

const comma = 0x2c;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Characters that an error repeats. */
const shownCharacters = 100;
/** Every row names its columns in JSON: a few megabytes of short fields under long names could become gigabytes. */
const mostJsonCharacters = 128 * 1024 * 1024;

/**
 * @throws PGRST102 no line behind the header, a quote in the wrong place, or rows that have values for different columns
 * @throws PERCH202 the rows are too large as JSON
 */
export function csvAsJson(text: string): CsvRows {
  const reader = new CsvReader(text);
  const header = reader.record();
  if (!reader.endLine()) reader.fail(reader.atEnd ? 'not enough input' : 'endOfLine');
  const keys = header.map((name) => `${JSON.stringify(name)}:`);
  const repeats = new Set(header).size < header.length;
  const rows: string[] = [];
  let size = 0;
  let narrowest = header.length;
  let widest = 0;
  while (!reader.atEnd) {
    const row = repeats ? distinctRow(keys, reader.record()) : rowOf(keys, reader);
    if (row !== undefined) {
      rows.push(row.json);
      size += row.json.length;
      narrowest = Math.min(narrowest, row.width);
      widest = Math.max(widest, row.width);
    }
    if (size > mostJsonCharacters) throw engineError('PERCH202', { most: mostJsonCharacters });
    if (!reader.endLine() && !reader.atEnd) reader.fail('endOfInput');
  }
  const names = [...new Set(header.slice(0, widest))];
  if (rows.length > 0 && new Set(header.slice(0, narrowest)).size < names.length) {
    throw engineError('PGRST102', { reason: 'All lines must have same number of fields' });
  }
  return { names, json: `[${rows.join(',')}]` };
}

interface CsvRow {
  /** An object. */
  readonly json: string;
  /** It has values for so many columns of the header. */
  readonly width: number;
}

/** The record that the reader stands before; undefined for an empty line. */
function rowOf(keys: readonly string[], reader: CsvReader): CsvRow | undefined {
  const first = reader.field();
  let more = reader.takeComma();
  if (first === '' && !more) return undefined;
  let members = `${keys[0] ?? ''}${jsonOf(first)}`;
  let fields = 1;
  for (; more; fields += 1) {
    const value = reader.field();
    const key = keys[fields];
    if (key !== undefined) members += `,${key}${jsonOf(value)}`;
    more = reader.takeComma();
  }
  return { json: `{${members}}`, width: Math.min(fields, keys.length) };
}

/** Of a repeated name the last value counts. */
function distinctRow(keys: readonly string[], record: readonly string[]): CsvRow | undefined {
  if (record.length === 1 && record[0] === '') return undefined;
  const members = new Map(keys.slice(0, record.length).map((key, index) => [key, jsonOf(record[index] ?? '')]));
  const json = `{${[...members].map(([key, value]) => key + value).join(',')}}`;
  return { json, width: Math.min(record.length, keys.length) };
}

function jsonOf(value: string): string {
  return value === 'NULL' ? 'null' : JSON.stringify(value);
}

class CsvReader {
  private position = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  record(): readonly string[] {
    const fields = [this.field()];
    while (this.takeComma()) fields.push(this.field());
    return fields;
  }

  takeComma(): boolean {
    if (this.text.charCodeAt(this.position) !== comma) return false;
    this.position += 1;
    return true;
  }

  endLine(): boolean {
    const code = this.text.charCodeAt(this.position);
    if (code !== lineFeed && code !== carriageReturn) return false;
    this.position += code === carriageReturn && this.text.charCodeAt(this.position + 1) === lineFeed ? 2 : 1;
    return true;
  }

  fail(reason: string): never {
    const rest = this.text.slice(this.position, this.position + shownCharacters + 1);
    const shown = JSON.stringify(rest.slice(0, shownCharacters));
    throw engineError('PGRST102', {
      reason: `parse error (${reason}) at ${shown}${rest.length > shownCharacters ? ' (truncated)' : ''}`,
    });
  }

  field(): string {
    const { text } = this;
    const start = this.position;
    if (text.charCodeAt(start) === quote) return this.quotedField();
    let end = start;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === comma || code === lineFeed || code === carriageReturn || code === quote) break;
    }
    this.position = end;
    return text.slice(start, end);
  }

  /** A doubled quote stands for one. */
  private quotedField(): string {
    const start = this.position + 1;
    let end = this.text.indexOf('"', start);
    while (end >= 0 && this.text.charCodeAt(end + 1) === quote) end = this.text.indexOf('"', end + 2);
    this.position = end < 0 ? this.text.length : end + 1;
    return this.text.slice(start, end < 0 ? Math.max(start, this.text.length - 1) : end).replaceAll('""', '"');
  }
}
