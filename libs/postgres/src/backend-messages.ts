/**
 * The bodies of the messages that a packet is answered with: bytes in, values out.
 *
 * @see https://www.postgresql.org/docs/18/protocol-message-formats.html
 * @see https://www.postgresql.org/docs/18/protocol-error-fields.html
 */

/** Type bytes of the messages that matter here. */
export const messageType = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  closeComplete: 0x33,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  emptyQuery: 0x49,
  notice: 0x4e,
  parameterStatus: 0x53,
  rowDescription: 0x54,
  readyForQuery: 0x5a,
  noData: 0x6e,
} as const;

export interface ErrorFields {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly constraint: string | undefined;
  readonly where: string | undefined;
  /** Function of the server's source that reported it: never translated. */
  readonly routine: string | undefined;
}

export function readErrorFields(buffer: Buffer, start: number, end: number): ErrorFields {
  const fields = new Map<string, string>();
  let at = start;
  while (at < end && buffer[at] !== 0) {
    const stop = buffer.indexOf(0, at + 1);
    if (stop === -1 || stop >= end) break;
    fields.set(String.fromCharCode(buffer[at] ?? 0), buffer.toString('utf8', at + 1, stop));
    at = stop + 1;
  }
  return {
    // V is S without translation, and every server since 9.6 sends it.
    severity: fields.get('V') ?? fields.get('S') ?? 'ERROR',
    code: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? '',
    detail: fields.get('D'),
    hint: fields.get('H'),
    constraint: fields.get('n'),
    where: fields.get('W'),
    routine: fields.get('R'),
  };
}

/** Whether the fields of an error or a notice end within it. */
export function isWholeError(buffer: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && buffer[at] !== 0) {
    const stop = buffer.indexOf(0, at + 1);
    if (stop === -1 || stop >= end) return false;
    at = stop + 1;
  }
  return at < end;
}

/** What a row takes beside its text, about: millions of empty ones are a lot. */
const ROW_BYTES = 100;

/** Bytes of memory, about, for a row whose message has these many. */
export function rowMemory(messageBytes: number): number {
  return messageBytes + ROW_BYTES;
}

/** Table, attribute, type, size, modifier and format follow each name. */
const FIELD_FACTS_BYTES = 18;

export function readColumnNames(buffer: Buffer, start: number): readonly string[] {
  const count = buffer.readUInt16BE(start);
  const names: string[] = [];
  let at = start + 2;
  for (let column = 0; column < count; column += 1) {
    const stop = buffer.indexOf(0, at);
    names.push(buffer.toString('utf8', at, stop));
    at = stop + 1 + FIELD_FACTS_BYTES;
  }
  return names;
}

export function readDataRow(buffer: Buffer, start: number): readonly (string | null)[] {
  const count = buffer.readUInt16BE(start);
  const row: (string | null)[] = new Array<string | null>(count);
  let at = start + 2;
  for (let column = 0; column < count; column += 1) {
    const length = buffer.readInt32BE(at);
    at += 4;
    if (length === -1) {
      row[column] = null;
    } else {
      row[column] = buffer.toString('utf8', at, at + length);
      at += length;
    }
  }
  return row;
}
