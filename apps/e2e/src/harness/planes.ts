/**
 * The planes as processes of their own, without the supervisor of `perch up`: started, killed and started again by the
 * spec.
 */
import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { end, eventually, findPortBase, makeHome, spawnPerch, type UpJson } from './perch-process.js';

export interface Plane {
  readonly pid: number;
  /** kill -9. */
  kill(): Promise<void>;
  /** Ctrl-Z and its opposite. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  output(): string;
}

export interface Planes {
  readonly up: Pick<UpJson, 'api_url' | 'api_key'>;
  readonly home: string;
  readonly metadataUrl: string;
  /** Names a step at which the worker does to itself what it says (PERCH_TEST_CRASH_FILE). */
  readonly crashFile: string;
  readonly controlPlane: Plane;
  /** Is started again whenever it ends. */
  readonly worker: Plane;
  readonly dataPlane: Plane;
  close(): Promise<void>;
}

/** Offsets from the port base, as in docs/configuration.md. */
const adminPorts = { 'control-plane': 90, worker: 91, 'data-plane': 190 } as const;

export interface PlanesOptions {
  /** Empty, and of these planes alone. */
  readonly metadata: { readonly url: string; drop(): Promise<void> };
  /** Default: a new one. Removed in the end. */
  readonly home?: string;
  /** Words before `node`, for the worker: such as those that give it a disk of its own. */
  readonly launch?: readonly string[];
}

export async function startPlanes({ metadata, home = makeHome(), launch = [] }: PlanesOptions): Promise<Planes> {
  const base = await findPortBase();
  const crashFile = path.join(home, 'crash-at');
  const apiKey = `perch_${randomBytes(32).toString('hex')}`;
  const env = {
    DATABASE_URL: metadata.url,
    PERCH_HOME: home,
    PERCH_PORT_BASE: String(base),
    PERCH_MASTER_KEY: 'the master key of these planes',
    PERCH_FLEET_TOKEN: 'fleet-token-of-these-planes',
    PERCH_BOOTSTRAP_API_KEY: apiKey,
    PERCH_CONTROL_PLANE_URL: `http://127.0.0.1:${base}`,
    PERCH_TEST_CRASH_FILE: crashFile,
  };
  const plane = (name: keyof typeof adminPorts, words: readonly string[] = []) =>
    createPlane(name, env, base + adminPorts[name], words);
  const [controlPlane, worker, dataPlane] = [plane('control-plane'), plane('worker', launch), plane('data-plane')];
  const all = [controlPlane, worker, dataPlane];
  const close = async () => {
    await Promise.all(all.map((one) => one.stop()));
    await endServers(path.join(home, 'endpoints'));
    await metadata.drop();
    fs.rmSync(home, { recursive: true, force: true });
  };
  try {
    await controlPlane.start();
    await Promise.all([worker.start(), dataPlane.start()]);
  } catch (error) {
    await close();
    throw error;
  }
  const up = { api_url: `http://127.0.0.1:${base}/api/v2`, api_key: apiKey };
  return { up, home, metadataUrl: metadata.url, crashFile, controlPlane, worker, dataPlane, close };
}

function createPlane(
  name: keyof typeof adminPorts,
  env: Record<string, string>,
  adminPort: number,
  launch: readonly string[],
): Plane {
  let child: ChildProcess | undefined;
  let read = () => '';
  let wanted = false;
  const spawn = () => {
    const spawned = spawnPerch([name], env, launch);
    child = spawned.child;
    read = spawned.output;
    // Only the worker ends by itself: at a step that a spec named.
    if (name === 'worker') spawned.child.once('exit', () => wanted && spawn());
  };
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    async kill() {
      if (child !== undefined) await end(child, 'SIGKILL');
    },
    signal: (signal) => void child?.kill(signal),
    async start() {
      wanted = true;
      spawn();
      const ready = async () => {
        // On a busy machine a start may give up on its database: whoever supervises it starts it again.
        if (child?.exitCode !== null && name !== 'worker') spawn();
        return (await fetch(`http://127.0.0.1:${adminPort}/ready`)).ok ? true : undefined;
      };
      await eventually(`the ${name} is ready`, ready, 120_000).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${read()}`);
      });
    },
    async stop() {
      wanted = false;
      if (child === undefined) return;
      child.kill('SIGCONT');
      await end(child, 'SIGTERM');
    },
    output: () => read(),
  };
}

/** The servers of branches, which outlive the worker: by the data directory in their command line. Linux. */
export function serversBelow(endpoints: string): readonly { readonly pid: number; readonly endpointId: string }[] {
  const numbers = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const dataDir = words[words.indexOf('-D') + 1] ?? '';
      const endpointId = path.basename(path.dirname(dataDir));
      return dataDir === path.join(endpoints, endpointId, 'data') ? [{ pid: Number(pid), endpointId }] : [];
    } catch {
      return [];
    }
  });
}

async function endServers(endpoints: string): Promise<void> {
  for (const { pid } of serversBelow(endpoints)) process.kill(pid, 'SIGINT');
  const areGone = async () => (serversBelow(endpoints).length === 0 ? true : undefined);
  await eventually('the servers have ended', areGone, 60_000);
}
