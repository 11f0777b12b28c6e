/** The shape of what runs one kind of operation. */
import type { Computes } from '@perch/compute';
import type { Database, Operation } from '@perch/database';
import type { StepLog } from './step-log.js';

export interface HandlerContext {
  readonly operation: Operation;
  readonly database: Database;
  readonly computes: Computes;
  readonly steps: StepLog;
  /** Milliseconds between the publication of a new login and the end of the former one. */
  readonly loginGraceMs: number;
}

export interface OperationHandler {
  /** Idempotent at every step: a killed worker's operation runs again from its beginning. */
  run(context: HandlerContext): Promise<void>;
  /** Tells the rows that the operation was given up. */
  giveUp?(context: HandlerContext, message: string): Promise<void>;
  /** What waits behind it on the branch makes no sense without it. */
  readonly cancelsFollowers?: boolean;
}
