/** Rewrites a user's connection URL: another database or other credentials, everything else (TLS, options) as it was. */
import { isInlineCertificate } from '@perch/postgres';
import { ComputeError } from '../compute-error.js';
import type { Credentials } from '../compute.js';

/** @throws ComputeError `url-invalid` */
export function parseConnectionUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The text holds a password: it is not repeated.
    throw new ComputeError(
      'url-invalid',
      'The connection URL cannot be read: it looks like postgresql://user:password@host:5432/database',
    );
  }
  if (!/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ComputeError('url-invalid', `A connection URL starts with 'postgresql://', not '${url.protocol}//'`);
  }
  if (url.hostname === '' || url.username === '') {
    throw new ComputeError('url-invalid', `The connection URL names no ${url.hostname === '' ? 'host' : 'role'}`);
  }
  refuseLocalFiles(url);
  return url;
}

/** Query parameters whose value is a file on the machine that connects, where it is no certificate itself. */
const fileParameters: readonly string[] = ['sslrootcert', 'sslcert', 'sslkey'];

/** The URL is a user's, the files and sockets of the machines that connect are the operator's. */
function refuseLocalFiles(url: URL): void {
  const named = fileParameters.find((name) => namesFile(name, url.searchParams.get(name)));
  if (named !== undefined) {
    throw new ComputeError(
      'url-invalid',
      `The connection URL must not name a file (${named}). The certificate of an authority is given as sslrootcert itself, ` +
        'in PEM and percent-encoded, or to every process by NODE_EXTRA_CA_CERTS',
    );
  }
  if (/^(%2f|@)/i.test(url.hostname)) {
    throw new ComputeError('url-invalid', 'The connection URL must name a host, not a socket file');
  }
}

function namesFile(name: string, value: string | null): boolean {
  if (value === null || value === 'system') return false;
  return name !== 'sslrootcert' || !isInlineCertificate(value);
}

/** The URL as libpq reads it, for which `sslrootcert` is the name of a file: its holder puts the certificate into one. */
export function withoutCertificate(text: string): URL {
  const url = parseConnectionUrl(text);
  if (isInlineCertificate(url.searchParams.get('sslrootcert') ?? '')) url.searchParams.delete('sslrootcert');
  return url;
}

export function withDatabase(text: string, database: string): string {
  const url = parseConnectionUrl(text);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

export function withCredentials(text: string, { role, password }: Credentials): string {
  const url = parseConnectionUrl(text);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** For messages: where, without who and how. */
export function addressOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? '5432' : url.port}`;
}
