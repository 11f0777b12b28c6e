/**
 * Starts a real PostgreSQL from the npm packages on a data directory, or adopts the one that already runs on it. Comes in:
 * a directory and the superuser's password; goes out: a server that has answered a real connection.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ComputeError } from '../compute-error.js';
import { locateBinaries, type PostgresBinaries } from './binaries.js';
import { findFreePort, isPortFree } from './free-port.js';
import { initCluster } from './init-cluster.js';
import { postmasterLives, readPostmasterNote, removePostmasterNote, type PostmasterNote } from './postmaster-pid.js';
import { placeCertificate, type ServerCertificate } from './place-certificate.js';
import { probeServer, type ProbeTarget } from './probe-server.js';
import { settingArguments, type ServerSettings } from './server-settings.js';
import { stopPostmaster, type StopOptions } from './stop-postmaster.js';
import { chooseLaunch, dieWithParentPrefix, launchEnvironment, type Launch } from './unprivileged-launch.js';

export interface EmbeddedPostgresOptions {
  /** Made when it is not there. */
  readonly dataDir: string;
  readonly superuserPassword: string;
  /** Name of the bootstrap superuser. Default `postgres`. Counts when the directory is made, and for every connection. */
  readonly superuser?: string;
  /** A port to keep; without it any free one is taken. A server that already runs keeps the port it has. */
  readonly port?: number;
  /** false trades safety against power failures for speed: for tests. Default true. */
  readonly durable?: boolean;
  readonly settings?: ServerSettings;
  /** Asked before the server is started, with the certificate in the directory if there is one; then TLS is spoken too. */
  readonly certificate?: (current: string | undefined) => Promise<ServerCertificate | 'keep'>;
  /** true: lives on when this process ends, whatever way. Default false: ends with it where the system can do that. */
  readonly detached?: boolean;
  /** Milliseconds until the server must have answered, crash recovery included. Default 60 s. */
  readonly startTimeoutMs?: number;
}

export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  /** true when the server was running before this call. */
  readonly adopted: boolean;
  /** Connection URL of the superuser. */
  url(database: string): string;
  stop(options?: StopOptions): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 10;
const PROBED_PORT_ATTEMPTS = 5;
const LOG_NAME = 'perch-server.log';
const LOG_LIMIT_BYTES = 1024 * 1024;
const LOG_TAIL_CHARACTERS = 2000;

interface Context {
  readonly options: EmbeddedPostgresOptions;
  readonly dataDir: string;
  readonly superuser: string;
  readonly binaries: PostgresBinaries;
  readonly deadline: number;
}

/**
 * @throws ComputeError `platform-unsupported`, `initdb-failed`, `start-failed`, `port-in-use`, `directory-locked`,
 * `wrong-password`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const context: Context = {
    options,
    dataDir: path.resolve(options.dataDir),
    superuser: options.superuser ?? 'postgres',
    binaries: locateBinaries(),
    deadline: Date.now() + (options.startTimeoutMs ?? START_TIMEOUT_MS),
  };
  const running = await adoptRunning(context);
  if (running !== undefined) return running;
  const launch = await chooseLaunch(context.dataDir);
  const cluster = { ...context, superuserPassword: options.superuserPassword, durable: options.durable ?? true };
  await initCluster(cluster, context.binaries, launch);
  if (options.certificate !== undefined) await placeCertificate(context.dataDir, launch, options.certificate);
  return options.port === undefined ? startOnAnyPort(context, launch) : startOnPort(context, launch, options.port);
}

/** The server that already runs on the data directory, if there is one; also how another process stops it. */
export async function findEmbeddedPostgres(
  options: Pick<EmbeddedPostgresOptions, 'dataDir' | 'superuser' | 'superuserPassword'>,
): Promise<EmbeddedPostgres | undefined> {
  return adoptRunning({
    options,
    dataDir: path.resolve(options.dataDir),
    superuser: options.superuser ?? 'postgres',
    binaries: locateBinaries(),
    deadline: Date.now() + START_TIMEOUT_MS,
  });
}

/** Waits for a server that is just starting; a note whose server is gone is removed. */
async function adoptRunning(context: Context): Promise<EmbeddedPostgres | undefined> {
  for (;;) {
    const note = readPostmasterNote(context.dataDir);
    if (note === undefined) return undefined;
    if (!(await postmasterLives(note))) {
      removePostmasterNote(context.dataDir);
      return undefined;
    }
    if (note.port > 0) {
      const probe = await probeServer(target(context, note.port));
      if (probe.kind === 'ready') return handle(context, note.pid, note.port, true);
      if (probe.kind === 'wrong-password') throw locked(context, note, 'it does not accept our password', probe.cause);
    }
    if (Date.now() > context.deadline) throw locked(context, note, 'it does not answer', undefined);
    await sleep(POLL_MS);
  }
}

async function startOnAnyPort(context: Context, launch: Launch): Promise<EmbeddedPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnPort(context, launch, await findFreePort());
    } catch (error) {
      // Between the probe and the start somebody else may have taken the port.
      const taken = error instanceof ComputeError && error.code === 'port-in-use';
      if (!taken || attempt === PROBED_PORT_ATTEMPTS) throw error;
    }
  }
}

async function startOnPort(context: Context, launch: Launch, port: number): Promise<EmbeddedPostgres> {
  if (!(await isPortFree(port))) throw portInUse(context, port);
  const log = openLog(context.dataDir, launch);
  const child = await spawnServer(context, launch, port, log.fd);
  closeSync(log.fd);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  for (;;) {
    const probe = await probeServer(target(context, port));
    const note = readPostmasterNote(context.dataDir);
    if (probe.kind === 'ready' && note !== undefined) return handle(context, note.pid, port, false);
    if (ended) return await afterEnd(context, launch, port, log.tail());
    if (probe.kind === 'another-server') throw portInUse(context, port);
    if (probe.kind === 'wrong-password' && note?.port === port) {
      await stopPostmaster({ pid: note.pid, dataDir: context.dataDir, pgCtl: context.binaries.pgCtl });
      throw wrongPassword(context, probe.cause);
    }
    if (Date.now() > context.deadline) {
      child.kill('SIGQUIT');
      throw new ComputeError('start-failed', `PostgreSQL did not answer in time ('${context.dataDir}'). ${log.tail()}`);
    }
    await sleep(POLL_MS);
  }
}

/** The server ended instead of answering: tell the three reasons that have a cure from the rest. */
async function afterEnd(context: Context, launch: Launch, port: number, tail: string): Promise<EmbeddedPostgres> {
  if (/Address already in use|could not bind/i.test(tail)) throw portInUse(context, port);
  if (/pre-existing shared memory block/i.test(tail) && Date.now() < context.deadline) {
    // Processes of a killed server are about to notice that it is gone.
    await sleep(200);
    return startOnPort(context, launch, port);
  }
  if (/lock file ".*" already exists/i.test(tail)) {
    const running = await adoptRunning(context);
    if (running !== undefined) return running;
  }
  throw new ComputeError('start-failed', `PostgreSQL did not start on '${context.dataDir}'. ${tail}`);
}

async function spawnServer(context: Context, launch: Launch, port: number, logFd: number): Promise<ChildProcess> {
  const { options, binaries, dataDir } = context;
  const detached = options.detached ?? false;
  const command = [
    ...launch.prefix,
    // Behind the change of user, which would undo it.
    ...(detached ? [] : await dieWithParentPrefix()),
    binaries.postgres,
    '-D',
    dataDir,
    ...settingArguments(port, options.durable ?? true, { ssl: options.certificate !== undefined, ...options.settings }),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    ...launch.spawnAs,
    cwd: dataDir,
    detached,
    env: launchEnvironment,
    stdio: ['ignore', logFd, logFd],
    windowsHide: true,
  });
  child.unref();
  return child;
}

function openLog(dataDir: string, launch: Launch): { readonly fd: number; tail(): string } {
  const file = path.join(dataDir, LOG_NAME);
  const fd = openSync(file, 'a', 0o600);
  if (launch.owner !== undefined) chownSync(file, launch.owner.uid, launch.owner.gid);
  if (fstatSync(fd).size > LOG_LIMIT_BYTES) ftruncateSync(fd);
  const start = fstatSync(fd).size;
  return {
    fd,
    tail: () =>
      `Its log ends with:\n${readFileSync(file).subarray(start).toString('utf8').slice(-LOG_TAIL_CHARACTERS)}`,
  };
}

function handle(context: Context, pid: number, port: number, adopted: boolean): EmbeddedPostgres {
  const { superuser, dataDir, binaries } = context;
  const credentials = `${encodeURIComponent(superuser)}:${encodeURIComponent(context.options.superuserPassword)}`;
  return {
    port,
    pid,
    adopted,
    url: (database) => `postgresql://${credentials}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: (options) => stopPostmaster({ pid, dataDir, pgCtl: binaries.pgCtl }, options),
  };
}

function target({ dataDir, superuser, options }: Context, port: number): ProbeTarget {
  return { port, dataDir, superuser, superuserPassword: options.superuserPassword };
}

function portInUse({ dataDir }: Context, port: number): ComputeError {
  return new ComputeError(
    'port-in-use',
    `Port ${port} of 127.0.0.1, which PostgreSQL on '${dataDir}' needs, is taken by another program: stop that program ` +
      `(\`lsof -i :${port}\` names it) or choose other ports with PERCH_PORT_BASE`,
  );
}

function locked({ dataDir }: Context, note: PostmasterNote, why: string, cause: unknown): ComputeError {
  return new ComputeError(
    'directory-locked',
    `The data directory '${dataDir}' is in use by a PostgreSQL (process ${note.pid}, port ${note.port}), and ${why}: ` +
      `stop it with \`kill -INT ${note.pid}\`, or use another directory with PERCH_HOME`,
    { cause },
  );
}

function wrongPassword({ dataDir, superuser }: Context, cause: unknown): ComputeError {
  return new ComputeError(
    'wrong-password',
    `The PostgreSQL on '${dataDir}' was made with another password of '${superuser}': put back the state it belongs to, ` +
      'or use another directory with PERCH_HOME',
    { cause },
  );
}
