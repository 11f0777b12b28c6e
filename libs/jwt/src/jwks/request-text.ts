/** One GET to one of the given addresses and nowhere else; a body of text out. No redirects, no proxy, no kept connection. */
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { decodeUtf8 } from '../token.js';
import { JwksFetchError } from './jwks-fetch-error.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface RequestTextOptions {
  /** Ends the whole exchange. */
  readonly signal: AbortSignal;
  /** Milliseconds until connected, TLS included. */
  readonly connectTimeoutMs: number;
  readonly maxBytes: number;
  /** PEM; undefined believes the system's authorities. */
  readonly ca: string | undefined;
}

/** @throws JwksFetchError */
export async function requestText(
  url: URL,
  addresses: readonly ResolvedAddress[],
  options: RequestTextOptions,
): Promise<string> {
  const response = await connect(url, addresses, options);
  checkHead(response);
  const bytes = await readBody(response, options);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new JwksFetchError('bad-answer', 'the answer is not UTF-8');
  return text;
}

function connect(
  url: URL,
  addresses: readonly ResolvedAddress[],
  { signal, connectTimeoutMs, ca }: RequestTextOptions,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      agent: false,
      lookup: pinnedLookup(addresses),
      signal,
      ...(ca === undefined ? {} : { ca }),
      headers: {
        accept: 'application/jwk-set+json, application/json',
        'accept-encoding': 'identity',
        'user-agent': 'perch',
      },
    });
    const tooSlow = () => request.destroy(new JwksFetchError('timeout', 'the key server could not be reached in time'));
    const timer = setTimeout(tooSlow, connectTimeoutMs);
    request.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    request.once('close', () => clearTimeout(timer));
    request.once('response', resolve);
    request.once('error', (error) => reject(asFetchError(error, signal)));
    request.end();
  });
}

/** Answers with what was checked, whatever the resolver would say a second time. */
function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function checkHead(response: http.IncomingMessage): void {
  const status = response.statusCode ?? 0;
  const refuse = (message: string) => {
    response.destroy();
    throw new JwksFetchError('bad-answer', message);
  };
  if (status >= 300 && status < 400) refuse(`the key server answered ${status}, and redirects are not followed`);
  if (status !== 200) refuse(`the key server answered ${status}`);
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') refuse('the answer is compressed, which was not asked for');
}

async function readBody(response: http.IncomingMessage, { maxBytes, signal }: RequestTextOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw new JwksFetchError('bad-answer', `the answer is longer than ${maxBytes} bytes`);
      chunks.push(bytes);
    }
  } catch (error) {
    throw asFetchError(error, signal);
  }
  return Buffer.concat(chunks, size);
}

function asFetchError(error: unknown, signal: AbortSignal): JwksFetchError {
  if (error instanceof JwksFetchError) return error;
  if (signal.aborted) return new JwksFetchError('timeout', 'the key server did not answer in time', error);
  const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new JwksFetchError('unreachable', `the key server cannot be reached${why}`, error);
}
