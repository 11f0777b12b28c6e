/**
 * An answer in, bytes on the connection out. Only what belongs to the connection is added here: `Server`, the request id,
 * Content-Length, and `Connection: close` where this process is leaving.
 */
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { EngineResponse } from '@perch/engine';

/** Node's phrases, but where PostgREST's server has others: clients show them (`statusText`). */
const PHRASES: Readonly<Record<number, string | undefined>> = {
  ...STATUS_CODES,
  416: 'Requested Range Not Satisfiable',
  418: "I'm a teapot",
};

export interface ConnectionFacts {
  readonly requestId: string;
  readonly method: string;
  /** true ends the connection behind this answer. */
  readonly close: boolean;
}

/** @returns bytes of the body. */
export function writeResponse(response: ServerResponse, answer: EngineResponse, facts: ConnectionFacts): number {
  const body = answer.body;
  const size = body === undefined ? 0 : Buffer.byteLength(body);
  const headers: string[] = [];
  let namesLength = false;
  let namesId = false;
  let hasBytes = false;
  for (const [name, value] of answer.headers) {
    namesLength ||= isNamed(name, 'content-length');
    namesId ||= isNamed(name, 'x-request-id');
    const plain = isPlain(value);
    hasBytes ||= !plain;
    headers.push(name, plain ? value : bytesAsCharacters(value));
  }
  headers.push('Server', 'perch');
  if (!namesId) headers.push('X-Request-Id', facts.requestId);
  const carriesBody = facts.method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
  // The length of a body that only its absence of a carrier keeps back is told, as PostgREST does.
  if (!namesLength && (carriesBody || body !== undefined)) headers.push('Content-Length', String(size));
  if (facts.close) headers.push('Connection', 'close');
  response.writeHead(answer.status, reasonPhrase(answer), headers);
  if (!carriesBody || body === undefined) {
    response.end();
    return 0;
  }
  // Node joins a text body to the header and encodes both alike; bytes leave the header's own encoding alone.
  response.write(typeof body === 'string' && hasBytes ? Buffer.from(body, 'utf8') : body);
  // Ended along with its body, an answer goes out as a list of pieces, the last one empty; ended behind it, as one piece.
  process.nextTick(() => response.end());
  return size;
}

/** @param lower in lower case */
function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower;
}

function reasonPhrase({ status, statusText }: EngineResponse): string {
  if (statusText === undefined) return PHRASES[status] ?? '';
  // A function may choose the phrase; the status line takes visible ASCII and spaces.
  return statusText.replace(/[^\x20-\x7e]/g, '?');
}

function isPlain(value: string): boolean {
  return /^[\x20-\x7e\t]*$/.test(value);
}

/** Node writes header values as Latin-1; so that UTF-8 arrives, each of its bytes has to be a character. */
function bytesAsCharacters(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
