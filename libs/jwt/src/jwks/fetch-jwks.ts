/**
 * Fetches a key set from a URL that a user gave. The URL is hostile until proven otherwise: https only, every address of the
 * host must be public and the connection goes to one of those that were checked, no redirects, little time, few bytes.
 */
import dns from 'node:dns/promises';
import type { Jwks } from '@perch/contract';
import { addressKind } from './address-guard.js';
import { JwksFetchError } from './jwks-fetch-error.js';
import { parseJwks } from './parse-jwks.js';
import { requestText, type ResolvedAddress } from './request-text.js';

export interface FetchJwksOptions {
  /** Also lets through http and https to loopback addresses: for developers, never in a deployment. Default false. */
  readonly allowLoopback?: boolean;
  /** Hosts, `name` or `name:port`, that the operator vouches for: any address, http too. */
  readonly allowedHosts?: readonly string[];
  /** Resolves a name to all of its addresses. Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
  /** PEM of the authorities to believe instead of the system's. */
  readonly ca?: string;
  /** Milliseconds until connected, TLS included. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for everything. Default 5,000. */
  readonly totalTimeoutMs?: number;
}

const KIBIBYTE = 1024;
const MAX_BYTES = 64 * KIBIBYTE;

/** @throws JwksFetchError */
export async function fetchJwks(jwksUrl: string, options: FetchJwksOptions = {}): Promise<Jwks> {
  const url = parseUrl(jwksUrl);
  const vouched = isVouchedFor(url, options.allowedHosts ?? []);
  if (url.protocol === 'http:' && !vouched && options.allowLoopback !== true) {
    throw new JwksFetchError('url-not-allowed', 'the URL must start with https://');
  }
  const totalTimeoutMs = options.totalTimeoutMs ?? 5_000;
  const signal = AbortSignal.timeout(totalTimeoutMs);
  const addresses = await withDeadline(resolveAddresses(url, options), signal);
  if (!vouched) addresses.forEach(({ address }) => checkAddress(address, url, options.allowLoopback === true));
  const text = await requestText(url, addresses, {
    signal,
    connectTimeoutMs: options.connectTimeoutMs ?? 2_000,
    maxBytes: MAX_BYTES,
    ca: options.ca,
  });
  return parseJwks(text);
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new JwksFetchError('url-not-allowed', 'the URL cannot be parsed');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new JwksFetchError('url-not-allowed', 'the URL must start with https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new JwksFetchError('url-not-allowed', 'the URL must not hold a user name or password');
  }
  return url;
}

function isVouchedFor(url: URL, allowedHosts: readonly string[]): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const names = [url.hostname, `${url.hostname}:${port}`];
  return allowedHosts.some((host) => names.includes(host.toLowerCase()));
}

/** A numeric host is its own address; the URL parser has brought every spelling of it (octal, one number) into one form. */
async function resolveAddresses(url: URL, options: FetchJwksOptions): Promise<readonly ResolvedAddress[]> {
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const resolve = options.resolve ?? ((name: string) => dns.lookup(name, { all: true, verbatim: true }));
  let addresses: readonly ResolvedAddress[];
  try {
    addresses = await resolve(hostname);
  } catch (error) {
    throw new JwksFetchError('unreachable', `the host '${hostname}' cannot be resolved`, error);
  }
  if (addresses.length === 0) throw new JwksFetchError('unreachable', `the host '${hostname}' has no address`);
  return addresses;
}

function checkAddress(address: string, url: URL, allowLoopback: boolean): void {
  const kind = addressKind(address);
  // Without TLS only to this machine itself: `allowLoopback` is no permission for http to anywhere else.
  if (kind === 'loopback' ? allowLoopback : kind === 'public' && url.protocol === 'https:') return;
  if (kind === 'public') throw new JwksFetchError('url-not-allowed', 'the URL must start with https://');
  throw new JwksFetchError('address-not-allowed', `the host '${url.hostname}' is not on the public internet`);
}

/** A resolver cannot be interrupted, but need not be waited for. */
function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new JwksFetchError('timeout', 'the key server did not answer in time')),
      {
        once: true,
      },
    );
    work.then(resolve, reject);
  });
}
