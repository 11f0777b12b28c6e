/** A whole Perch as its user runs it: the built `perch` command in processes of its own, with its own home and ports. */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
export const perchProgram = path.join(workspace, 'apps/perch/bin/perch.mjs');

export interface UpJson {
  readonly console_url: string;
  readonly api_url: string;
  readonly data_plane_url: string;
  readonly auth_url: string | null;
  readonly api_key: string;
  readonly demo: {
    readonly project_id: string;
    readonly branch_id: string;
    readonly database: string;
    readonly data_api_url: string;
  };
}

export interface PerchProcess {
  readonly up: UpJson;
  readonly pid: number;
  /** Everything it has written to its terminal so far. */
  output(): string;
  /** Ctrl-C; resolves with the exit status. */
  stop(): Promise<number | null>;
  /** As a crash of the machine would: nothing is told to leave. */
  killHard(): Promise<void>;
}

/** Nothing of the caller's environment but what a login has, so that a test never leans on this machine's settings. */
export function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...extra };
}

export function makeHome(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'perch-e2e-'));
}

/** Port bases, as far apart as one Perch with its computes reaches. Spec files that run side by side have places of their own. */
const FIRST_BASE = 10_000;
const BASES_APART = 600;
const PLACES = 18;
const ownPlaces = (Number(process.env['JEST_WORKER_ID'] ?? 1) % 2) * PLACES;
let place = Math.floor(Math.random() * PLACES);

/** A port base whose ports are all free, and that this spec file has not had before: `preferred`, else one of its places. */
export async function findPortBase(preferred?: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (attempt > 0 || preferred === undefined) place = (place + 1) % PLACES;
    const base = attempt === 0 && preferred !== undefined ? preferred : FIRST_BASE + (ownPlaces + place) * BASES_APART;
    const ports = [0, 50, 90, 91, 100, 190].map((offset) => base + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free port base');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @param launch words before the program. */
export function spawnPerch(
  args: readonly string[],
  env: Record<string, string>,
  launch: readonly string[] = [],
): { child: ChildProcess; output(): string } {
  const [program = process.execPath, ...words] = [...launch, process.execPath, perchProgram, ...args];
  const child = spawn(program, words, {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

/** `perch up`, resolved when its banner is there. */
export async function startPerch(options: {
  readonly home: string;
  readonly portBase: number;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
}): Promise<PerchProcess> {
  const { child, output } = spawnPerch(['up'], {
    PERCH_HOME: options.home,
    PERCH_PORT_BASE: String(options.portBase),
    ...options.env,
  });
  const deadline = Date.now() + (options.timeoutMs ?? 60_000);
  while (!output().includes('Perch is up')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`perch up did not come up:\n${output()}\n${logTails(options.home)}`);
    }
    await delay(50);
  }
  const up = JSON.parse(fs.readFileSync(path.join(options.home, 'up.json'), 'utf8')) as UpJson;
  return {
    up,
    pid: child.pid ?? 0,
    output,
    stop: () => end(child, 'SIGINT'),
    killHard: () => end(child, 'SIGKILL').then(() => undefined),
  };
}

export function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

function logTails(home: string): string {
  const dir = path.join(home, 'logs');
  if (!fs.existsSync(dir)) return '';
  return fs
    .readdirSync(dir)
    .map((name) => `== ${name}\n${fs.readFileSync(path.join(dir, name), 'utf8').split('\n').slice(-15).join('\n')}`)
    .join('\n');
}

/** Asks again until `probe` gives a value. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    await delay(50);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}${last === undefined ? '' : ` (${String(last)})`}`);
}
