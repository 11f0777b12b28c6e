/** Brings up, or adopts, every local compute that should be running, when the worker starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Computes } from '@perch/compute';
import type { Database, Endpoint } from '@perch/database';
import type { Observer } from '@perch/observability';
import { findCompute } from './operations/find-compute.js';

export interface LocalComputesParts {
  readonly database: Database;
  readonly computes: Computes;
  readonly observer: Observer;
}

/** Computes that are started at the same moment. */
const AT_ONCE = 4;
/** Milliseconds after which the worker takes jobs although computes are still on their way up. */
const WAIT_MS = 10_000;

export class LocalComputes {
  constructor(private readonly parts: LocalComputesParts) {}

  /** Resolves when all of them are up or have failed, at the latest after 10 s; the rest goes on beside. */
  async start(): Promise<void> {
    await Promise.race([this.startAll(), sleep(WAIT_MS, undefined, { ref: false })]);
  }

  private async startAll(): Promise<void> {
    const waiting = [...(await this.parts.database.endpoints.listLocalActive())];
    const startNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.startOne(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, startNext));
  }

  private async startOne(endpoint: Endpoint): Promise<void> {
    const { database, computes, observer } = this.parts;
    try {
      const found = await findCompute(database, endpoint.branchId, endpoint.id);
      if (found !== undefined) await computes.open(found.compute).start();
    } catch (error) {
      const text = `Endpoint ${endpoint.id} did not start: ${error instanceof Error ? error.message : String(error)}`;
      observer.note({ kind: 'message', level: 'error', text });
    }
  }
}
