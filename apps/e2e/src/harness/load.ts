/**
 * A load that counts: clients that ask one request after the other on connections that they keep, and hold each answer
 * against what it has to be. Several base URLs are proxies behind a load balancer: it leaves out who is not ready, and a
 * refused connection goes to the next.
 */
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Answer, type AskedRequest } from './ask.js';
import { startHealthChecks, type HealthChecks } from './health-checks.js';

export interface LoadOptions {
  readonly urls: readonly string[];
  /** Of each of them, when the load balancer is to look whether they are ready. Default: it only sees who refuses. */
  readonly readyUrls?: readonly string[];
  /** Default 4. */
  readonly clients?: number;
  /** The n-th request of all; counts from 0. */
  readonly request: (n: number) => AskedRequest;
  /** What is wrong with its answer, undefined when nothing is. Default: everything but 200. */
  readonly complaint?: (answer: Answer, n: number) => string | undefined;
  /** Requests of all clients together; default: until it is stopped. */
  readonly total?: number;
}

export interface LoadCounts {
  readonly answered: number;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly string[];
}

export interface Load {
  readonly answered: number;
  /** Resolves when so many more have been answered. */
  more(count: number): Promise<void>;
  /** Lets requests under way end. */
  stop(): Promise<LoadCounts>;
  /** Resolves when `total` is reached. */
  readonly done: Promise<LoadCounts>;
}

const SHOWN = 10;
const HEALTH_CHECK_EVERY_MS = 25;

/** Of the spec file that runs. */
const running = new Set<Load>();
// A test that failed has not stopped its load, which would keep the file from ending, and the failure from being told.
afterAll(() => Promise.all([...running].map((load) => load.stop())));

export function startLoad(options: LoadOptions): Load {
  const clients = options.clients ?? 4;
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const health = startHealthChecks(options.readyUrls ?? [], HEALTH_CHECK_EVERY_MS);
  const complaint = options.complaint ?? (({ status, body }) => (status === 200 ? undefined : `${status} ${body}`));
  const counts = { answered: 0, failed: 0, failures: [] as string[] };
  const total = options.total ?? Infinity;
  let begun = 0;
  let stopped = false;

  const fail = (what: string) => {
    counts.failed += 1;
    if (counts.failures.length < SHOWN) counts.failures.push(what);
  };
  const client = async (index: number) => {
    while (!stopped && begun < total) {
      const n = begun;
      begun += 1;
      try {
        const answer = await askAny(inTurn(options.urls, index, health), options.request(n), agent);
        const wrong = complaint(answer, n);
        if (wrong === undefined) counts.answered += 1;
        else fail(`#${n} ${wrong}`);
      } catch (error) {
        fail(`#${n} ${String(error)}`);
      }
    }
  };
  const done = Promise.all(Array.from({ length: clients }, (_none, index) => client(index))).then(() => {
    health.stop();
    agent.destroy();
    running.delete(load);
    return counts;
  });
  const load: Load = {
    get answered() {
      return counts.answered;
    },
    async more(count) {
      const until = counts.answered + count;
      for (let waited = 0; counts.answered < until; waited += 10) {
        if (waited > 60_000) throw new Error(`the load is stuck at ${counts.answered}: ${counts.failures.join('\n')}`);
        await delay(10);
      }
    },
    stop() {
      stopped = true;
      return done;
    },
    done,
  };
  running.add(load);
  return load;
}

/** Everybody from `first` on, those that are ready before the others. */
function inTurn(urls: readonly string[], first: number, health: HealthChecks): readonly string[] {
  const turn = urls.map((_url, index) => (first + index) % urls.length);
  const sorted = [...turn.filter((at) => health.isReady(at)), ...turn.filter((at) => !health.isReady(at))];
  return sorted.map((at) => urls[at] ?? '');
}

/** As a load balancer does: who does not take the connection has not seen the request. */
async function askAny(urls: readonly string[], request: AskedRequest, agent: http.Agent): Promise<Answer> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await ask(urls[tried] ?? '', request, agent);
    } catch (error) {
      if (!isRefused(error) || tried + 1 >= urls.length) throw error;
    }
  }
}

function isRefused(error: unknown): boolean {
  // Of another realm than this file's in a test run: no instanceof.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED';
}
