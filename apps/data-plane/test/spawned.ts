/** For specs: `perch data-plane` as an operator starts it, and a load of preflights, which need no database. */
import { spawn, type ChildProcess } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const program = path.resolve(import.meta.dirname, '../../perch/bin/perch.mjs');

export interface Spawned {
  readonly child: ChildProcess;
  readonly output: { readonly text: string };
  /** Addresses of the process as it tells them when it is ready. */
  started(): Promise<{ readonly http: string; readonly admin: string }>;
}

export function spawnDataPlane(args: readonly string[], env: Record<string, string>): Spawned {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program, 'data-plane', ...args], {
    // Never the default base, whose admin port is that of a whole Perch; one that is taken moves to a free port by itself.
    env: { PATH, HOME, PERCH_PORT_BASE: '32000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { text: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  return {
    child,
    output,
    async started() {
      for (let waited = 0; waited < 20_000; waited += 20) {
        const line = output.text
          .split('\n')
          .find((text) => text.includes('"process-started"') && text.includes('"process":"data-plane"'));
        if (line !== undefined) return JSON.parse(line).addresses;
        await sleep(20);
      }
      throw new Error(`did not start:\n${output.text}`);
    },
  };
}

export interface PreflightLoad {
  readonly counts: { answered: number; refused: number; readonly lost: unknown[] };
  /** From now on a refused connection is what is to be expected. */
  leaving(): void;
  /** Resolves when every client was refused or lost. */
  readonly ended: Promise<void>;
}

/** Clients that ask one after the other on connections that they keep, until they are refused. */
export function startPreflights(url: string, clients: number): PreflightLoad {
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const counts = { answered: 0, refused: 0, lost: [] as unknown[] };
  let leaving = false;
  const preflight = () =>
    new Promise<boolean>((resolve) => {
      const headers = { origin: 'http://o', 'access-control-request-method': 'GET' };
      const request = http.request(`${url}/t`, { method: 'OPTIONS', agent, headers }, (response) => {
        response.resume().once('end', () => {
          counts.answered += 1;
          resolve(true);
        });
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        if (leaving && error.code === 'ECONNREFUSED') counts.refused += 1;
        else counts.lost.push(error);
        resolve(false);
      });
      request.end();
    });
  const running = Array.from({ length: clients }, async () => {
    while (await preflight());
  });
  return {
    counts,
    leaving: () => (leaving = true),
    ended: Promise.all(running).then(() => agent.destroy()),
  };
}
