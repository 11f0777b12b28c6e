/**
 * Requests by tenant, of so many tenants at most: a fleet process has thousands, and each would be series of its own for
 * ever. A tenant that comes when all places are taken gets that of one nobody asked for a while, else it counts as `other`.
 */
import { Counter, type Registry } from 'prom-client';
import type { RequestObservation } from './observation.js';

/** Milliseconds without a request after which a tenant's place may be given away; several scrapes must have seen it. */
const IDLE_MS = 10 * 60_000;

/** Everybody without a place. Keys of tenants hold a slash; a name in a tenants file hardly is this one. */
const OTHER = 'other';

export type RequestOutcome = 'ok' | 'refused' | 'failed' | 'canceled';

export interface TenantMetricsOptions {
  /** Places; 0 counts nothing by tenant. */
  readonly max: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export function createTenantMetrics(registry: Registry, { max, now }: TenantMetricsOptions) {
  const registers = [registry];
  const requests = new Counter({
    name: 'perch_tenant_requests_total',
    help: 'Requests answered, by tenant and outcome',
    labelNames: ['tenant', 'outcome'],
    registers,
  });
  const seconds = new Counter({
    name: 'perch_tenant_request_seconds_total',
    help: 'Time spent answering requests, by tenant',
    labelNames: ['tenant'],
    registers,
  });
  /** When a tenant was last asked; the first is the one that was not asked for longest. */
  const seen = new Map<string, number>();

  const labelOf = (tenant: string): string => {
    const at = now();
    if (!seen.delete(tenant) && seen.size >= max && !giveUpIdle(at)) return OTHER;
    seen.set(tenant, at);
    return tenant;
  };
  const giveUpIdle = (at: number): boolean => {
    const [oldest] = seen;
    if (oldest === undefined || at - oldest[1] < IDLE_MS) return false;
    const [tenant] = oldest;
    seen.delete(tenant);
    for (const outcome of outcomes) requests.remove({ tenant, outcome });
    seconds.remove({ tenant });
    return true;
  };

  return {
    /** A request to an address that names no tenant is nobody's. */
    count({ tenant, status, durationMs }: RequestObservation): void {
      if (max === 0 || tenant === undefined) return;
      const label = labelOf(tenant);
      requests.inc({ tenant: label, outcome: outcomeOf(status) });
      seconds.inc({ tenant: label }, durationMs / 1000);
    },
  };
}

const outcomes: readonly RequestOutcome[] = ['ok', 'refused', 'failed', 'canceled'];

/** By status: below 400, the client's fault, ours or the database's, and a client that went away (499). */
export function outcomeOf(status: number): RequestOutcome {
  if (status === 499) return 'canceled';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}
