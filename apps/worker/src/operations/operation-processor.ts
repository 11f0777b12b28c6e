/**
 * Runs one operation for one job: claims its row, lets the handler work, and ends the row one way or the other. The rows
 * are the truth; a job that comes twice, late or for nothing does no harm.
 */
import type { RunOperationJob } from '@perch/contract';
import type { Computes } from '@perch/compute';
import type { Database, Operation } from '@perch/database';
import type { Observer, Tracer, TraceSpan } from '@perch/observability';
import { RunLater, runOperationJob, UnrecoverableError, type JobAttempt, type JobQueue } from '@perch/queue';
import type { CrashPoint } from './crash-point.js';
import { classifyFailure } from './failure.js';
import type { HandlerContext, OperationHandler } from './operation-handler.js';
import { operationHandlers } from './operation-handlers.js';
import { createStepLog } from './step-log.js';

export interface OperationProcessorParts {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly computes: Computes;
  readonly observer: Observer;
  readonly crashAt: CrashPoint;
  /** Milliseconds that a login which was replaced still works. */
  readonly loginGraceMs: number;
  readonly tracer?: Tracer | undefined;
}

/** Milliseconds until an operation that waits for an earlier one of its branch looks again. */
const BLOCKED_MS = 100;
/** Milliseconds until one that only a newer worker understands is offered again. */
const NEWER_MS = 1_000;

export class OperationProcessor {
  constructor(private readonly parts: OperationProcessorParts) {}

  /** @throws RunLater, UnrecoverableError, or whatever failed when another attempt may help. */
  async process(job: RunOperationJob, attempt: JobAttempt): Promise<void> {
    const { database } = this.parts;
    const claim = await database.operations.claim(job.operation_id);
    switch (claim.kind) {
      case 'done':
        return;
      case 'blocked':
        throw new RunLater(BLOCKED_MS);
      case 'newer':
        throw new RunLater(NEWER_MS);
      case 'claimed':
        return this.traced(claim.operation, job, (span) => this.run(claim.operation, attempt, span));
      default:
        return claim satisfies never;
    }
  }

  /** In the trace of the request that asked for the operation, or in one of its own. */
  private async traced(
    { action, id, projectId, branchId, endpointId }: Operation,
    { traceparent }: RunOperationJob,
    run: (span: TraceSpan | undefined) => Promise<void>,
  ): Promise<void> {
    const { tracer } = this.parts;
    const attributes = {
      'perch.operation.id': id,
      'perch.operation.action': action,
      'perch.project.id': projectId,
      'perch.branch.id': branchId ?? undefined,
      'perch.endpoint.id': endpointId ?? undefined,
    };
    const start = { kind: 'consumer', startedAt: performance.now(), attributes } as const;
    const span = tracer?.begin(`operation ${action}`, { traceparent }, start);
    if (tracer === undefined || span === undefined) return run(undefined);
    try {
      await tracer.within(span, () => run(span));
      span.end(performance.now());
    } catch (error) {
      span.end(performance.now(), { type: error instanceof Error ? error.name : '_OTHER' });
      throw error;
    }
  }

  private async run(operation: Operation, attempt: JobAttempt, span: TraceSpan | undefined): Promise<void> {
    const { database, computes, crashAt, loginGraceMs } = this.parts;
    const handler = operationHandlers[operation.action];
    const steps = createStepLog(operation, (id, list) => database.operations.recordSteps(id, list), crashAt, span);
    const startedAt = performance.now();
    const ended = (outcome: 'finished' | 'failed' | 'to-be-retried') =>
      this.parts.observer.note({
        kind: 'operation-run',
        operation: operation.id,
        action: operation.action,
        outcome,
        durationMs: performance.now() - startedAt,
        project: operation.projectId,
        traceId: span?.traceId,
      });
    const context: HandlerContext = { operation, database, computes, steps, loginGraceMs };
    try {
      await handler.run(context);
      await steps.flush();
    } catch (error) {
      const final = await this.fail(context, handler, attempt, error);
      ended(final instanceof UnrecoverableError ? 'failed' : 'to-be-retried');
      throw final;
    }
    const released = await database.operations.finish(operation.id);
    ended('finished');
    this.note('info', `Operation ${operation.action} finished`, operation);
    await this.enqueue(released);
  }

  /** @returns what tells the queue whether another attempt may help */
  private async fail(
    context: HandlerContext,
    handler: OperationHandler,
    attempt: JobAttempt,
    error: unknown,
  ): Promise<unknown> {
    const { operation, database } = context;
    const failure = classifyFailure(error);
    this.note('error', `Operation ${operation.action} failed: ${failure.message}`, operation);
    if (failure.isBug) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.parts.observer.note({ kind: 'internal-error', where: `operation ${operation.action}`, detail });
    }
    if (failure.mayPass && !attempt.isLast) {
      const retryAt = new Date(Date.now() + attempt.backoffMs);
      await database.operations.recordFailure(operation.id, { error: failure.message, retryAt });
      return error;
    }
    await handler.giveUp?.(context, failure.message);
    const cancelFollowers = handler.cancelsFollowers ?? false;
    await this.enqueue(await database.operations.fail(operation.id, { error: failure.message, cancelFollowers }));
    return new UnrecoverableError(failure.message);
  }

  /** One that cannot be enqueued now is by the next sweep. */
  async enqueue(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.parts.queue.enqueue(runOperationJob, id, {
          operation_id: id,
          traceparent: this.parts.tracer?.current?.traceparent,
        });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const text = `Operation ${id} could not be enqueued and will be by the next sweep`;
        this.parts.observer.note({ kind: 'message', level: 'warn', text, fields: { reason } });
      }
    }
  }

  private note(level: 'info' | 'error', text: string, operation: Operation): void {
    const { id, projectId, branchId, endpointId } = operation;
    this.parts.observer.note({
      kind: 'message',
      level,
      text,
      fields: { operation: id, projectId, branchId, endpointId },
    });
  }
}
