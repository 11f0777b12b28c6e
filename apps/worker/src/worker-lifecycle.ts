/** The order in which the worker comes up and leaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Database } from '@perch/database';
import type { JobQueue } from '@perch/queue';
import type { ExpiredBranches } from './expired-branches.js';
import type { IdleComputes } from './idle-computes.js';
import type { LocalComputes } from './local-computes.js';
import type { OperationConsumer } from './operations/operation-consumer.js';

export interface WorkerLifecycleParts {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly localComputes: LocalComputes;
  readonly idleComputes: IdleComputes;
  readonly expiredBranches: ExpiredBranches;
  readonly consumer: OperationConsumer;
}

/** Milliseconds the control plane gets to bring the metadata database up to date. */
const METADATA_WAIT_MS = 60_000;
const METADATA_POLL_MS = 250;

export class WorkerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(private readonly parts: WorkerLifecycleParts) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.metadataReady();
    await this.parts.localComputes.start();
    await this.parts.consumer.start();
    this.parts.idleComputes.start();
    this.parts.expiredBranches.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.parts.expiredBranches.stop();
    await this.parts.idleComputes.stop();
    await this.parts.consumer.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.queue.close();
    await this.parts.database.close();
  }

  /** The control plane, started at the same moment, may still be making the tables, one migration after the other. */
  private async metadataReady(): Promise<void> {
    for (const deadline = Date.now() + METADATA_WAIT_MS; ; await sleep(METADATA_POLL_MS)) {
      try {
        await this.parts.database.operations.runnable();
        await this.parts.database.endpoints.listLocalActive();
        await this.parts.database.branchLifecycles.listExpired(new Date());
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }
}
