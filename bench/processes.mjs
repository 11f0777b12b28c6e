// The processes that the benchmarks start and look at: a PostgreSQL, data planes, load clients; their processor time and memory.
import { fork, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const perchProgram = path.join(here, '../apps/perch/bin/perch.mjs');
/** Linux counts in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

/** Runs `work` with a temporary directory and a stack of what is to be undone, whatever happens. */
export async function withCleanup(work) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
  const undo = [() => fs.rmSync(directory, { recursive: true, force: true })];
  try {
    return await work({ directory, onEnd: (step) => undo.push(step) });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** URL of a superuser: of the server of PERCH_BENCH_POSTGRES_URL, else of an embedded one with these settings. */
export async function postgresServer({ directory, onEnd }, settings = {}) {
  const given = process.env.PERCH_BENCH_POSTGRES_URL;
  if (given !== undefined) return given;
  const { startEmbeddedPostgres } = await import('../libs/compute/dist/index.js');
  const server = await startEmbeddedPostgres({
    dataDir: path.join(directory, 'data'),
    superuserPassword: 'bench',
    durable: false,
    settings,
  });
  onEnd(() => server.stop());
  return server.url('postgres');
}

/**
 * A `perch data-plane` over these tenants that listens. `nodeArguments` are node's own; `stdout` is piped to who counts in it.
 */
export async function startDataPlane({ directory, onEnd }, tenants, { flags = [], nodeArguments = [], env = {} } = {}) {
  const home = fs.mkdtempSync(path.join(directory, 'home-'));
  const file = path.join(home, 'tenants.json');
  fs.writeFileSync(file, JSON.stringify(tenants));
  const port = await freePort();
  const admin = await freePort();
  const child = spawn(
    process.execPath,
    [...nodeArguments, perchProgram, 'data-plane', '--tenants', file, '--port', `${port}`, ...flags],
    {
      env: {
        ...process.env,
        PERCH_HOME: home,
        PERCH_PORT_BASE: String(admin - 190),
        PERCH_LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  onEnd(stop);
  await listening(port, child);
  return { port, adminPort: admin, pid: child.pid, stdout: child.stdout, stop, file, home };
}

/** The next message of a child, which may not end before. */
export function messageOf(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

/** Starts a program of this directory and sends it what it is to do. */
export function startClient(program, message) {
  const child = fork(path.join(here, program));
  child.send(message);
  return child;
}

/** User and system time of a process, where /proc tells it. */
export function processMicroseconds(pid) {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}

/** Bytes of memory that are resident for a process, where /proc tells it. */
export function residentBytes(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(port, child) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (child.exitCode !== null) throw new Error('the data plane did not start');
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the data plane does not listen');
}
