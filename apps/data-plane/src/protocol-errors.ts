/**
 * What arrives and is no HTTP request: an error of node's parser or of a timer in, a last answer on the bare socket out.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { engineError, renderError, type EngineError } from '@perch/engine';
import { edgeError } from './edge-catalogue.js';

/** Answers if the connection can still be written to, and ends it. */
export function answerProtocolError(
  error: Error & { readonly code?: string; readonly rawPacket?: Buffer },
  socket: Duplex,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  // A method that could be read all the same: no client expects a body behind HEAD.
  const silent = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ';
  answer(meaningOf(error), socket, silent);
}

/** Nothing is tunnelled; node hands over the bare socket of a CONNECT. */
export function refuseConnect({ method = '', url = '' }: IncomingMessage, socket: Duplex): void {
  // No timer of the server watches it any more.
  socket.once('error', () => socket.destroy()).once('finish', () => socket.destroy());
  answer(unsupported(method, url), socket);
}

function answer(error: EngineError, socket: Duplex, silent = false): void {
  const { status, headers, body } = renderError(error);
  const text = typeof body === 'string' && !silent ? body : '';
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'Server: perch',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

function meaningOf(error: { readonly code?: string; readonly rawPacket?: Buffer }): EngineError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      // Still in the request line: no line has ended in what was read last.
      return edgeError(error.rawPacket?.includes('\r\n') === false ? 'PERCH101' : 'PERCH102');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return edgeError('PERCH104');
    case 'HPE_INVALID_METHOD': {
      const [, method, target] = requestLine.exec(error.rawPacket?.subarray(0, 9_000).toString('latin1') ?? '') ?? [];
      if (method === undefined || target === undefined) return edgeError('PERCH105', { cause: error });
      return unsupported(method, target);
    }
    case 'HPE_INVALID_URL':
      return edgeError('PERCH105', { details: 'A URL has nothing but visible ASCII: percent-encode the rest' });
    default:
      return edgeError('PERCH105', { cause: error });
  }
}

/** Of a method that node's parser does not know, as RFC 9110 spells them. */
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) (\S+) HTTP\/1\.[01]\r?\n/;

function unsupported(method: string, target: string): EngineError {
  return engineError(/\/rpc\/[^/?]+(\?|$)/.test(target) ? 'PGRST101' : 'PGRST117', { method });
}
