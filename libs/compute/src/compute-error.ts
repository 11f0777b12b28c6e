/** Why a compute could not be created, started, reached or removed: a code for programs, a message that says what to do. */

/**
 * - `platform-unsupported`  no PostgreSQL binaries are installed for this operating system and processor
 * - `initdb-failed`         a new data directory could not be made
 * - `start-failed`          PostgreSQL ended, or did not answer in time; the message ends with its log
 * - `port-in-use`           something else listens on the port that this server keeps for life
 * - `directory-locked`      another live process holds the data directory
 * - `wrong-password`        the data directory belongs to a server with another superuser password
 * - `stop-failed`           the server was still there after an immediate stop
 * - `not-found`             no such compute
 * - `url-invalid`           a connection URL that cannot be read
 * - `unreachable`           nobody answered at the address
 * - `certificate-refused`   somebody answered whose certificate is not believed
 * - `authentication-failed` the address answered, but refused the role or its password
 * - `database-missing`      the address answered, but has no such database
 * - `version-unsupported`   PostgreSQL older than 14
 * - `role-lacks-createrole` the role may not create roles
 * - `role-lacks-privileges` the role may do less than the one before it
 * - `server-differs`        a URL that leads to another server, or to other databases, than the one before it
 * - `server-read-only`      a standby
 * - `disk-full`         a copy has no room
 * - `operation-unsupported` this kind of compute cannot do that
 */
export type ComputeErrorCode =
  | 'platform-unsupported'
  | 'initdb-failed'
  | 'start-failed'
  | 'port-in-use'
  | 'directory-locked'
  | 'wrong-password'
  | 'stop-failed'
  | 'not-found'
  | 'url-invalid'
  | 'unreachable'
  | 'certificate-refused'
  | 'authentication-failed'
  | 'database-missing'
  | 'version-unsupported'
  | 'role-lacks-createrole'
  | 'role-lacks-privileges'
  | 'server-differs'
  | 'server-read-only'
  | 'disk-full'
  | 'operation-unsupported';

export class ComputeError extends Error {
  override readonly name = 'ComputeError';

  constructor(
    readonly code: ComputeErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
