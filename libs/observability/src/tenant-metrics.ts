/**
 * Requests by tenant, of so many tenants at most: a fleet process has thousands, and each would be series of its own for
 * ever. A tenant that comes when all places are taken gets that of one nobody asked for a while, else it counts as `other`.
 * A request only adds to its tenant's place; the registry is told when somebody looks.
 */
import type { Registry } from 'prom-client';
import type { RequestObservation } from './observation.js';
import { createTalliedCounter, type Tally } from './tallied-counter.js';

/** Milliseconds without a request after which a tenant's place may be given away; several scrapes must have seen it. */
const IDLE_MS = 10 * 60_000;

/** Milliseconds in which further requests of a tenant are not noted: to keep the order costs more than to count. */
const NOTED_MS = 1_000;

/** Everybody without a place. Keys of tenants hold a slash; a name in a tenants file hardly is this one. */
const OTHER = 'other';

export type RequestOutcome = 'ok' | 'refused' | 'failed' | 'canceled';

export interface TenantMetricsOptions {
  /** Places; 0 counts nothing by tenant. */
  readonly max: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Place {
  /** Milliseconds of the clock. */
  seenAt: number;
  readonly requests: Readonly<Record<RequestOutcome, Tally>>;
  readonly seconds: Tally;
}

export function createTenantMetrics(registry: Registry, { max, now }: TenantMetricsOptions) {
  const requests = createTalliedCounter(
    registry,
    'perch_tenant_requests_total',
    'Requests answered, by tenant and outcome',
    ['tenant', 'outcome'],
  );
  const seconds = createTalliedCounter(
    registry,
    'perch_tenant_request_seconds_total',
    'Time spent answering requests, by tenant',
    ['tenant'],
  );
  const newPlace = (tenant: string, seenAt: number): Place => {
    const series = (outcome: RequestOutcome) => requests.series({ tenant, outcome });
    return {
      seenAt,
      requests: {
        ok: series('ok'),
        refused: series('refused'),
        failed: series('failed'),
        canceled: series('canceled'),
      },
      seconds: seconds.series({ tenant }),
    };
  };
  /** The first is the one that was not asked for longest. */
  const places = new Map<string, Place>();
  const others = newPlace(OTHER, 0);

  const placeOf = (tenant: string): Place => {
    const at = now();
    const known = places.get(tenant);
    if (known !== undefined && at - known.seenAt < NOTED_MS) return known;
    if (known === undefined && places.size >= max && !giveUpIdle(at)) return others;
    const place = known ?? newPlace(tenant, at);
    place.seenAt = at;
    places.delete(tenant);
    places.set(tenant, place);
    return place;
  };
  const giveUpIdle = (at: number): boolean => {
    const [oldest] = places;
    if (oldest === undefined || at - oldest[1].seenAt < IDLE_MS) return false;
    const [tenant, place] = oldest;
    places.delete(tenant);
    Object.values(place.requests).forEach(requests.forget);
    seconds.forget(place.seconds);
    return true;
  };

  return {
    /** A request to an address that names no tenant is nobody's. */
    count({ tenant, status, durationMs }: RequestObservation): void {
      if (max === 0 || tenant === undefined) return;
      const place = placeOf(tenant);
      place.requests[outcomeOf(status)].added += 1;
      place.seconds.added += durationMs / 1000;
    },
  };
}

/** By status: below 400, the client's fault, ours or the database's, and a client that went away (499). */
export function outcomeOf(status: number): RequestOutcome {
  if (status === 499) return 'canceled';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}
