/**
 * A PostgreSQL connection URL in, the driver's configuration out. TLS follows libpq's `sslmode`, and nothing of the
 * process's own PG* environment or password file can slip into a tenant's connection.
 */
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import { DatabaseUrlError, readPem } from './database-url-error.js';
import { readRootCertificates } from './root-certificate.js';

export interface DatabaseAddress {
  readonly config: pg.ClientConfig;
  /** true for `sslmode=prefer` and `allow`: without TLS when the server has none. */
  readonly plainTextAllowed: boolean;
}

/** Query parameters that the driver knows and that are handed over under their own name. */
const passedOn = ['options', 'application_name', 'fallback_application_name', 'client_encoding'] as const;

/**
 * @throws DatabaseUrlError
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseDatabaseUrl(databaseUrl: string): DatabaseAddress {
  const url = parseUrl(databaseUrl);
  const parameters = url.searchParams;
  const password = decode(url.password) || (parameters.get('password') ?? '');
  const port = Number(url.port || parameters.get('port') || '5432');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new DatabaseUrlError('the port is not a port number');
  const { ssl, plainTextAllowed } = tlsOptions(parameters);
  const user = decode(url.username) || (parameters.get('user') ?? '');
  const database = decode(url.pathname.slice(1)) || (parameters.get('dbname') ?? '');
  const config: pg.ClientConfig = {
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')) || (parameters.get('host') ?? 'localhost'),
    port,
    // A function, even for an empty password: the driver would look for a missing one in PGPASSWORD and ~/.pgpass.
    password: () => password,
    ssl,
    ...(user === '' ? {} : { user }),
    ...(database === '' ? {} : { database }),
  };
  for (const name of passedOn) {
    const value = parameters.get(name);
    if (value !== null) config[name] = value;
  }
  return { config, plainTextAllowed };
}

function parseUrl(databaseUrl: string): URL {
  let url: URL;
  try {
    // `postgres:` is no special scheme to the URL parser, so a host may be empty and is not normalised.
    url = new URL(databaseUrl);
  } catch {
    throw new DatabaseUrlError('the database URL cannot be parsed');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new DatabaseUrlError('a database URL starts with postgres:// or postgresql://');
  }
  return url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlError('the database URL has a wrong percent-encoding');
  }
}

/** Which certificates are believed, by `sslmode`. Without one there is no TLS, as with the driver. */
function tlsOptions(parameters: URLSearchParams): {
  readonly ssl: false | ConnectionOptions;
  readonly plainTextAllowed: boolean;
} {
  const mode = parameters.get('sslmode') ?? modeOfFlag(parameters.get('ssl'));
  const rootCertificate = parameters.get('sslrootcert');
  const authorities = rootCertificate === null ? undefined : readRootCertificates(rootCertificate);
  const files: ConnectionOptions = {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(parameters.has('sslcert') ? { cert: readPem(parameters.get('sslcert') ?? '', 'sslcert') } : {}),
    ...(parameters.has('sslkey') ? { key: readPem(parameters.get('sslkey') ?? '', 'sslkey') } : {}),
  };
  const anyName: ConnectionOptions = { checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return { ssl: false, plainTextAllowed: true };
    case 'allow':
    case 'prefer':
      return { ssl: { ...files, rejectUnauthorized: false }, plainTextAllowed: true };
    case 'no-verify':
      return { ssl: { ...files, rejectUnauthorized: false }, plainTextAllowed: false };
    case 'require':
      // libpq: with a root certificate `require` checks the chain, as `verify-ca` does.
      return rootCertificate === null
        ? { ssl: { ...files, rejectUnauthorized: false }, plainTextAllowed: false }
        : { ssl: { ...files, ...anyName }, plainTextAllowed: false };
    case 'verify-ca':
      // The system's authorities sign for everybody, so they only mean something together with the name.
      return files.ca === undefined
        ? { ssl: files, plainTextAllowed: false }
        : { ssl: { ...files, ...anyName }, plainTextAllowed: false };
    case 'verify-full':
      return { ssl: files, plainTextAllowed: false };
    default:
      throw new DatabaseUrlError(`sslmode has no value '${mode}'`);
  }
}

function modeOfFlag(flag: string | null): string {
  return flag === null || flag === 'false' || flag === '0' ? 'disable' : 'verify-full';
}
