/** Runs what changes the contents of a branch's server and waits for it, so that a refusal is the request's own answer. */
import { Injectable } from '@nestjs/common';
import type { Operation } from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import { OperationRunner } from './operation-runner.js';

/** Milliseconds that a request waits; what takes longer goes on, and is polled. */
const WAIT_MS = 10_000;

@Injectable()
export class ContentOperations {
  constructor(private readonly runner: OperationRunner) {}

  /** @throws operation.failed with the server's own words */
  async run(operations: readonly Operation[]): Promise<readonly Operation[]> {
    await this.runner.dispatch(operations);
    const settled = await this.runner.settle(operations, WAIT_MS);
    const failed = settled.find(({ status }) => status === 'failed' || status === 'cancelled');
    if (failed !== undefined) throw failure('operation.failed', failed.error ?? 'no reason was given');
    return settled;
  }
}
