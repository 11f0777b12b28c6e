/**
 * The head of a request as the walk sees it: node's message in, host, path, query and decoded headers out. Bytes outside
 * ASCII reach us as Latin-1 (so does node hand them over) and leave as UTF-8 or not at all.
 */
import type { IncomingMessage } from 'node:http';
import { engineError } from '@perch/engine';
import { edgeError } from './edge-catalogue.js';

/** Bytes of path and query together. */
export const maxUrlBytes = 64 * 1024;

export interface RequestTarget {
  readonly host: string;
  /** Raw, still percent-encoded; starts with a slash. Node's parser lets nothing but ASCII through. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** @throws EngineError PERCH101 when the URL is too long */
export function requestTarget(message: IncomingMessage): RequestTarget {
  const url = message.url ?? '/';
  if (url.length > maxUrlBytes) throw edgeError('PERCH101');
  const { authority, rest } = splitTarget(url);
  const question = rest.indexOf('?');
  return {
    host: authority ?? message.headers.host ?? '',
    path: question < 0 ? rest : rest.slice(0, question),
    query: question < 0 ? '' : rest.slice(question + 1),
  };
}

/**
 * Names in lower case, values as UTF-8, in the order of arrival.
 * @throws PERCH100 for a value that is not UTF-8
 */
export function requestHeaders(message: IncomingMessage): HeaderList {
  const { rawHeaders } = message;
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    headers.push([name, isAscii(value) ? value : decodeValue(name, value)]);
  }
  return headers;
}

/** The first of that name, given in lower case. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([candidate]) => candidate === name)?.[1];
}

/** The usual origin form, or the absolute form of a request to a proxy (RFC 9112 section 3.2.2), whose host counts. */
function splitTarget(url: string): { readonly authority: string | undefined; readonly rest: string } {
  if (url.startsWith('/')) return { authority: undefined, rest: url };
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(url);
  const rest = absolute?.[2] ?? url;
  return { authority: absolute?.[1], rest: rest.startsWith('/') ? rest : `/${rest}` };
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

function decodeValue(name: string, latin1: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch (cause) {
    // No good token has such bytes: what is wrong with this one, authentication says better.
    if (name === 'authorization') return latin1;
    throw engineError('PERCH100', { part: name === 'cookie' ? 'cookie' : 'header' }, cause);
  }
}
