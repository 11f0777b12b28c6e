/**
 * The steps of one running operation, kept in its row for people to read. A step is told when the next one begins, so
 * that each costs one write; what an earlier attempt left is replaced as the steps come again.
 */
import type { Operation, OperationStep } from '@perch/database';
import type { TraceSpan } from '@perch/observability';
import type { CrashPoint } from './crash-point.js';

export interface StepLog {
  /** Runs `work` as the step `name`, and tells how it went. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  begin(name: string): Promise<void>;
  /** @param status of the step that was begun last. */
  end(status: 'finished' | 'skipped', reason?: string): void;
  fail(reason: string, statement?: string): Promise<void>;
  /** Whether an earlier attempt, or this one, got past the step. */
  isFinished(name: string): boolean;
  flush(): Promise<void>;
  /** Watches a statement of the current step, for its trace. */
  watchStatement(command: string): (failure: string | undefined) => void;
}

export function createStepLog(
  operation: Pick<Operation, 'id' | 'steps'>,
  save: (id: string, steps: readonly OperationStep[]) => Promise<void>,
  crashAt: CrashPoint,
  trace?: TraceSpan,
): StepLog {
  let steps = operation.steps;
  let current: string | undefined;
  let span: TraceSpan | undefined;

  const change = (name: string, change: Partial<OperationStep>): void => {
    steps = steps.map((step) => (step.name === name ? { ...step, ...change } : step));
  };
  const now = () => new Date().toISOString();
  const log: StepLog = {
    async run(name, work) {
      await log.begin(name);
      try {
        const result = await work();
        log.end('finished');
        return result;
      } catch (error) {
        await log.fail(error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    async begin(name) {
      const fresh: OperationStep = {
        name,
        status: 'running',
        started_at: now(),
        finished_at: null,
        error: null,
        statement: null,
      };
      const known = steps.some((step) => step.name === name);
      steps = known ? steps.map((step) => (step.name === name ? fresh : step)) : [...steps, fresh];
      current = name;
      span = trace?.child(name, { kind: 'internal', startedAt: performance.now() });
      await log.flush();
    },
    end(status, reason) {
      if (current === undefined) return;
      // Done, but nobody has been told yet: the hardest moment to be killed at.
      crashAt(current);
      change(current, { status, finished_at: now(), error: reason ?? null });
      span?.end(performance.now());
      current = undefined;
    },
    async fail(reason, statement) {
      if (current === undefined) return;
      change(current, { status: 'failed', finished_at: now(), error: reason, statement: statement ?? null });
      span?.end(performance.now(), { type: 'step-failed' });
      current = undefined;
      await log.flush();
    },
    isFinished: (name) => steps.some((step) => step.name === name && step.status === 'finished'),
    flush: () => save(operation.id, steps),
    watchStatement(command) {
      const parent = span ?? trace;
      const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': command };
      const statement = parent?.child(command, { kind: 'client', startedAt: performance.now(), attributes });
      return (failure) => {
        statement?.set({ 'db.response.status_code': failure });
        statement?.end(performance.now(), failure === undefined ? undefined : { type: failure });
      };
    },
  };
  return log;
}
