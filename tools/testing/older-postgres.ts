/**
 * A PostgreSQL server of an older version, out of the npm packages in compat/: what `attached` promises to work with. Where they
 * are not installed, or not for this platform, its specs are skipped and `olderNote` says why.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { binariesIn } from '../../libs/compute/src/embedded/binaries.js';
import { findFreePort } from '../../libs/compute/src/embedded/free-port.js';
import {
  chooseLaunch,
  dieWithParentPrefix,
  launchEnvironment,
} from '../../libs/compute/src/embedded/unprivileged-launch.js';

export interface OlderPostgres {
  readonly port: number;
  /** Connection URL of the superuser `postgres`. */
  url(database: string): string;
  /** Stops the server and removes its data. */
  drop(): Promise<void>;
}

export interface OlderOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** More words for initdb. Default: UTF8 and the collation C. */
  readonly initdb?: readonly string[];
}

const packages = fileURLToPath(new URL('../../compat/node_modules/', import.meta.url));
const packageOf = (major: number) => path.join(packages, `postgres-${major}`);
const supported = [14, 15, 16, 17] as const;

/** The major versions that are installed. */
export const olderVersions: readonly number[] = supported.filter((major) => fs.existsSync(packageOf(major)));

/** For the title of what is skipped. */
export function olderNote(major: number): string {
  if (olderVersions.includes(major)) return '';
  if (process.platform !== 'linux' || process.arch !== 'x64') return ' (skipped: compat/ has it for Linux on x64 only)';
  return ` (skipped: compat/node_modules/postgres-${major} is absent, run \`npm ci\` in compat/)`;
}

/** One title a version, with what `describe` to use for it. */
export const everyOlder = supported.map((major) => ({
  major,
  title: `PostgreSQL ${major}${olderNote(major)}`,
  describe: olderVersions.includes(major) ? describe : describe.skip,
}));

const START_TIMEOUT_MS = 60_000;
const run = promisify(execFile);

export async function startOlderPostgres(major: number, options: OlderOptions = {}): Promise<OlderPostgres> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `perch-test-pg${major}-`));
  const launch = await chooseLaunch(path.join(home, 'data'));
  if (launch.owner !== undefined) fs.chownSync(home, launch.owner.uid, launch.owner.gid);
  const binaries = binariesIn(packageOf(major));
  const [dataDir, passwordFile] = [path.join(home, 'data'), path.join(home, 'password')];
  fs.writeFileSync(passwordFile, 'test\n', { mode: 0o644 });
  const cluster = ['-D', dataDir, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
  const encoding = options.initdb ?? ['--encoding=UTF8', '--locale=C'];
  const [initdb = '', ...words] = [...launch.prefix, binaries.initdb, ...cluster, ...encoding];
  await run(initdb, words, { ...launch.spawnAs, cwd: home, env: launchEnvironment });

  const port = await findFreePort();
  const settings = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    ...options.settings,
    port: String(port),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...launch.prefix, ...(await dieWithParentPrefix()), binaries.postgres, '-D', dataDir, ...settings];
  const log = fs.openSync(path.join(home, 'log'), 'a');
  const server = spawn(command[0] ?? '', command.slice(1), {
    ...launch.spawnAs,
    cwd: home,
    env: launchEnvironment,
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  const url = (database: string) => `postgresql://postgres:test@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const drop = async () => {
    await stop(server);
    fs.rmSync(home, { recursive: true, force: true });
  };
  try {
    await answers(url('postgres'), server, path.join(home, 'log'));
  } catch (error) {
    await drop();
    throw error;
  }
  return { port, url, drop };
}

async function answers(url: string, server: ChildProcess, log: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    const error: unknown = await client.connect().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await client.end().catch(() => undefined);
    if (error === undefined) return;
    if (server.exitCode !== null || waited > START_TIMEOUT_MS) throw new Error(fs.readFileSync(log, 'utf8'));
    await sleep(50);
  }
}

/** At once: nobody wants its data again. */
function stop(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGQUIT');
  });
}
