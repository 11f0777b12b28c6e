/** The settings an embedded server starts with: small, local, quiet, fit for many of them on one machine. */

export type ServerSettings = Readonly<Record<string, string | number | boolean>>;

/** Idle, such a server takes about 10 MB of its own and 6 processes (io_method=sync has no workers). */
const base: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  shared_buffers: '16MB',
  huge_pages: 'off',
  io_method: 'sync',
  // A base backup of a running server (a branch) needs at least this level.
  wal_level: 'replica',
  max_wal_size: '256MB',
  password_encryption: 'scram-sha-256',
  // Failed statements of users hold users' data, and a refused request must cost no write to the disk.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: false,
};

const notDurable: ServerSettings = { fsync: false, synchronous_commit: false, full_page_writes: false };

/** Command line words for `postgres`; `settings` win over ours, the port over everything. */
export function settingArguments(port: number, durable: boolean, settings: ServerSettings): readonly string[] {
  const all: ServerSettings = { ...base, ...(durable ? {} : notDurable), ...settings, port };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${format(value)}`]);
}

function format(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}
