/** A PgBouncer of one spec's own, in transaction mode, where pgbouncer is on the PATH. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../../libs/compute/src/embedded/free-port.js';

export interface TestPgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;
/** For the title of what is skipped. */
export const pgBouncerNote = hasPgBouncer ? '' : ' (skipped: no pgbouncer on the PATH)';

const START_TIMEOUT_MS = 30_000;

/**
 * @param server URL of a superuser, whom it asks for the secrets of others: every role of the server logs in as itself.
 * @param poolSize server connections for each database and role.
 */
export async function startTestPgBouncer(server: string, poolSize: number): Promise<TestPgBouncer> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-pgbouncer-'));
  const { hostname, port: serverPort, username, password } = new URL(server);
  const port = await findFreePort();
  const [users, file] = [path.join(directory, 'users.txt'), path.join(directory, 'pgbouncer.ini')];
  fs.writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    `auth_user = ${decodeURIComponent(username)}`,
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
  ];
  fs.writeFileSync(file, lines.join('\n'));
  // It does not run as root.
  const asSomebody = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : [];
  const [program = '', ...args] = [...asSomebody, 'pgbouncer', file];
  const pooler = spawn(program, args, { stdio: 'ignore' });
  const stop = async () => {
    if (pooler.exitCode === null && pooler.signalCode === null) {
      const gone = new Promise((resolve) => pooler.once('exit', resolve));
      pooler.kill('SIGINT');
      await gone;
    }
    fs.rmSync(directory, { recursive: true });
  };
  const url = new URL(server);
  url.port = String(port);
  for (let waited = 0; !(await answers(url.href)); waited += 50) {
    if (pooler.exitCode !== null || waited > START_TIMEOUT_MS) {
      await stop();
      throw new Error('pgbouncer did not start');
    }
    await sleep(50);
  }
  return { port, stop };
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
