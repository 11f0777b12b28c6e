/**
 * Statements in, the bytes of one packet out: Close, Parse, Bind, Describe and Execute messages with one Sync behind them,
 * in one buffer, so that a packet is one write on the socket.
 *
 * @see https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
import { InternalError, type SqlValue } from '@perch/engine';

export interface OutgoingStatement {
  /** Name of the prepared statement; empty for the unnamed one. ASCII. */
  readonly name: string;
  /** Sent as Parse; undefined when the connection has the statement already. */
  readonly text: string | undefined;
  readonly values: readonly SqlValue[];
  /** Asks for the columns. */
  readonly describe: boolean;
}

/** A Bind message counts its values in 16 bits. */
const MAX_VALUES = 65_535;
const SYNC = Buffer.from([0x53, 0, 0, 0, 4]);
const DESCRIBE_PORTAL = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0]);
const EXECUTE_PORTAL = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);

/** @throws InternalError for a text with a NUL byte or too many values: the engine never makes them. */
export function encodePacket(closed: readonly string[], statements: readonly OutgoingStatement[]): Buffer {
  let size = SYNC.length;
  for (const name of closed) size += 7 + name.length;
  for (const statement of statements) size += sizeOf(statement);
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const name of closed) at = writeClose(buffer, at, name);
  for (const statement of statements) at = writeStatement(buffer, at, statement);
  at += SYNC.copy(buffer, at);
  return buffer.subarray(0, at);
}

/** An upper bound: the formats of the values are only sent when one of them is binary. */
function sizeOf({ name, text, values, describe }: OutgoingStatement): number {
  if (values.length > MAX_VALUES) throw new InternalError(`a statement has ${values.length} values`);
  let size = 5 + 1 + name.length + 1 + 2 + 2 * values.length + 2 + 4 * values.length + 2 + EXECUTE_PORTAL.length;
  for (const value of values) {
    if (value !== null) size += typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  }
  if (text !== undefined) {
    if (text.includes('\0')) throw new InternalError('an SQL text holds a NUL byte');
    size += 5 + name.length + 1 + Buffer.byteLength(text) + 1 + 2;
  }
  return describe ? size + DESCRIBE_PORTAL.length : size;
}

function writeClose(buffer: Buffer, start: number, name: string): number {
  buffer[start] = 0x43;
  buffer.writeInt32BE(6 + name.length, start + 1);
  buffer[start + 5] = 0x53;
  return writeText(buffer, start + 6, name);
}

function writeStatement(buffer: Buffer, start: number, statement: OutgoingStatement): number {
  let at = statement.text === undefined ? start : writeParse(buffer, start, statement.name, statement.text);
  at = writeBind(buffer, at, statement.name, statement.values);
  if (statement.describe) at += DESCRIBE_PORTAL.copy(buffer, at);
  return at + EXECUTE_PORTAL.copy(buffer, at);
}

function writeParse(buffer: Buffer, start: number, name: string, text: string): number {
  buffer[start] = 0x50;
  let at = writeText(buffer, start + 5, name);
  at = writeText(buffer, at, text);
  at = buffer.writeInt16BE(0, at);
  buffer.writeInt32BE(at - start - 1, start + 1);
  return at;
}

/** Text values in text format, bytes in binary format; every result column in text format. */
function writeBind(buffer: Buffer, start: number, name: string, values: readonly SqlValue[]): number {
  buffer[start] = 0x42;
  buffer[start + 5] = 0;
  let at = writeText(buffer, start + 6, name);
  const binary = values.some((value) => value !== null && typeof value !== 'string');
  at = buffer.writeUInt16BE(binary ? values.length : 0, at);
  if (binary) {
    for (const value of values) at = buffer.writeUInt16BE(value === null || typeof value === 'string' ? 0 : 1, at);
  }
  at = buffer.writeUInt16BE(values.length, at);
  for (const value of values) at = writeValue(buffer, at, value);
  at = buffer.writeUInt16BE(0, at);
  buffer.writeInt32BE(at - start - 1, start + 1);
  return at;
}

function writeValue(buffer: Buffer, start: number, value: SqlValue): number {
  if (value === null) return buffer.writeInt32BE(-1, start);
  const length = typeof value === 'string' ? buffer.write(value, start + 4) : value.copy(buffer, start + 4);
  buffer.writeInt32BE(length, start);
  return start + 4 + length;
}

/** Zero-terminated. */
function writeText(buffer: Buffer, start: number, text: string): number {
  const end = start + buffer.write(text, start);
  buffer[end] = 0;
  return end + 1;
}
