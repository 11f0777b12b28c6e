/** Looks at a PostgreSQL that a user wants to attach and says what it is, or exactly why it cannot be used. */
import { CertificateRefusedError, DatabaseUrlError, quoteIdentifier, withClient } from '@perch/postgres';
import { ComputeError } from '../compute-error.js';
import { addressOf, parseConnectionUrl } from './connection-url.js';

export interface AttachedServer {
  readonly host: string;
  readonly port: number;
  /** Such as 160004. */
  readonly versionNumber: number;
  /** Such as 16. */
  readonly majorVersion: number;
  /** To the microsecond: two addresses whose servers tell the same are one server. */
  readonly startedAt: string;
  /** The role of the connection URL: the owner of the branch. */
  readonly role: string;
  readonly isSuperuser: boolean;
  /** The database of the connection URL. */
  readonly database: string;
  /** The databases of the server that this role may connect to, templates left out. */
  readonly databases: readonly { readonly name: string; readonly owner: string }[];
}

interface Row {
  readonly version: number;
  readonly version_text: string;
  readonly started_at: string;
  readonly standby: boolean;
  readonly role: string;
  readonly superuser: boolean;
  readonly createrole: boolean;
  readonly database: string;
  readonly databases: readonly { readonly name: string; readonly owner: string }[];
}

const CONNECT_TIMEOUT_MS = 10_000;
const OLDEST_VERSION = 140_000;

const inspectSql = `
  select current_setting('server_version_num')::int as version,
         current_setting('server_version') as version_text, pg_is_in_recovery() as standby,
         extract(epoch from pg_postmaster_start_time())::text as started_at,
         r.rolname::text as role, r.rolsuper as superuser, r.rolcreaterole as createrole,
         current_database()::text as database,
         (select json_agg(json_build_object('name', d.datname, 'owner', pg_get_userbyid(d.datdba)) order by d.datname)
            from pg_database d
           where not d.datistemplate and d.datallowconn
             and has_database_privilege(d.oid, 'CONNECT')) as databases
    from pg_roles r where r.rolname = current_user`;

/**
 * @throws ComputeError `url-invalid`, `unreachable`, `certificate-refused`, `authentication-failed`, `database-missing`,
 * `version-unsupported`, `server-read-only`, `role-lacks-createrole`.
 */
export async function inspectAttached(connectionUrl: string): Promise<AttachedServer> {
  const url = parseConnectionUrl(connectionUrl);
  const row = await look(connectionUrl, url);
  if (row.version < OLDEST_VERSION) {
    throw new ComputeError(
      'version-unsupported',
      `The server at ${addressOf(url)} is PostgreSQL ${row.version_text}; 14 is the oldest that can be attached`,
    );
  }
  if (row.standby) {
    const reason = `The server at ${addressOf(url)} is a standby, where nothing can be prepared: give the URL of its primary`;
    throw new ComputeError('server-read-only', reason);
  }
  if (!row.superuser && !row.createrole) {
    throw new ComputeError(
      'role-lacks-createrole',
      `The role '${row.role}' may not create roles: have an administrator run ALTER ROLE ${quoteIdentifier(row.role)} CREATEROLE`,
    );
  }
  return {
    host: url.hostname,
    port: url.port === '' ? 5432 : Number(url.port),
    versionNumber: row.version,
    majorVersion: Math.floor(row.version / 10_000),
    startedAt: row.started_at,
    role: row.role,
    isSuperuser: row.superuser,
    database: row.database,
    databases: row.databases,
  };
}

async function look(connectionUrl: string, url: URL): Promise<Row> {
  try {
    const timeouts = { connectTimeoutMs: CONNECT_TIMEOUT_MS, statementTimeoutMs: CONNECT_TIMEOUT_MS };
    const { rows } = await withClient(connectionUrl, (client) => client.query<Row>(inspectSql), timeouts);
    const row = rows[0];
    if (row === undefined)
      throw new ComputeError('unreachable', `The server at ${addressOf(url)} did not tell its role`);
    return row;
  } catch (cause) {
    throw cause instanceof ComputeError ? cause : explain(cause, url);
  }
}

function explain(cause: unknown, url: URL): ComputeError {
  if (cause instanceof DatabaseUrlError) return new ComputeError('url-invalid', cause.message, { cause });
  const reason = reasonOf(cause);
  if (cause instanceof CertificateRefusedError) {
    return new ComputeError('certificate-refused', `At ${addressOf(url)} ${reason}`, { cause });
  }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const where = addressOf(url);
  switch (code) {
    case '28P01':
    case '28000':
      return new ComputeError('authentication-failed', `The server at ${where} refused the role: ${reason}`, { cause });
    case '3D000':
      return new ComputeError('database-missing', `The server at ${where} answered: ${reason}`, { cause });
    default:
      if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08')) {
        return new ComputeError('unreachable', `The server at ${where} could not be looked at: ${reason}`, { cause });
      }
      return new ComputeError('unreachable', `No PostgreSQL could be reached at ${where}: ${reason}`, { cause });
  }
}

/** A host with several addresses fails with one error per address and no message of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
