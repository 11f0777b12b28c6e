/**
 * A CSV body: text in, the header and the rows out.
 *
 * As tolerant as recorded: rows may be short or long, a quote may be left open (the last character is then lost), empty lines
 * are left out. What stands behind a closing quote is an error.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { engineError } from '../error/engine-error.js';

export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const lineEnd = /\r\n|\n|\r/y;
const plainField = /[^,"\r\n]*/y;
/** Characters that an error repeats. */
const shownCharacters = 100;

/** @throws PGRST102 no line behind the header, or a quote in the wrong place */
export function parseCsv(text: string): Csv {
  const reader = new CsvReader(text);
  const header = reader.record();
  if (!reader.endLine()) reader.fail(reader.atEnd ? 'not enough input' : 'endOfLine');
  const rows: (readonly string[])[] = [];
  while (!reader.atEnd) {
    const row = reader.record();
    const isBlank = row.length === 1 && row[0] === '';
    if (!isBlank) rows.push(row);
    if (!reader.endLine() && !reader.atEnd) reader.fail('endOfInput');
  }
  return { header, rows };
}

class CsvReader {
  private position = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  record(): readonly string[] {
    const fields = [this.field()];
    while (this.text[this.position] === ',') {
      this.position += 1;
      fields.push(this.field());
    }
    return fields;
  }

  endLine(): boolean {
    return this.match(lineEnd) !== '';
  }

  fail(reason: string): never {
    const rest = this.text.slice(this.position);
    const shown = JSON.stringify(rest.slice(0, shownCharacters));
    throw engineError('PGRST102', {
      reason: `parse error (${reason}) at ${shown}${rest.length > shownCharacters ? ' (truncated)' : ''}`,
    });
  }

  private field(): string {
    return this.text[this.position] === '"' ? this.quotedField() : this.match(plainField);
  }

  /** A doubled quote stands for one. */
  private quotedField(): string {
    const start = this.position + 1;
    let end = this.text.indexOf('"', start);
    while (end >= 0 && this.text[end + 1] === '"') end = this.text.indexOf('"', end + 2);
    this.position = end < 0 ? this.text.length : end + 1;
    return this.text.slice(start, end < 0 ? Math.max(start, this.text.length - 1) : end).replaceAll('""', '"');
  }

  private match(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text)?.[0] ?? '';
    this.position += found.length;
    return found;
  }
}
