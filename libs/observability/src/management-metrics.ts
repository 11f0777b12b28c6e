/** What the control plane and the worker count: calls of the management API, and what became of operations. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Observation } from './observation.js';
import type { Observer } from './observer.js';

/** Seconds; the slowest wait for an operation. */
const callBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds; from a role to the copy of a large branch. */
const operationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createCallMetrics(registry: Registry): Observer {
  const registers = [registry];
  const calls = new Counter({
    name: 'perch_management_requests_total',
    help: 'Calls of the management API answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'perch_management_request_duration_seconds',
    help: 'Time to answer a call of the management API',
    buckets: callBuckets,
    registers,
  });
  return {
    note(observation: Observation) {
      if (observation.kind !== 'management-request') return;
      const { method, route, status, durationMs } = observation;
      calls.inc({ method, route: route ?? 'none', status: String(status) });
      duration.observe(durationMs / 1000);
    },
  };
}

export function createOperationMetrics(registry: Registry): Observer {
  const registers = [registry];
  const runs = new Counter({
    name: 'perch_operation_runs_total',
    help: 'Runs of operations that ended; a failed run may be tried again',
    labelNames: ['action', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'perch_operation_run_duration_seconds',
    help: 'Time from the begin to the end of a run',
    labelNames: ['action'],
    buckets: operationBuckets,
    registers,
  });
  return {
    note(observation: Observation) {
      if (observation.kind !== 'operation-run') return;
      const { action, outcome, durationMs } = observation;
      runs.inc({ action, outcome });
      duration.observe({ action }, durationMs / 1000);
    },
  };
}
