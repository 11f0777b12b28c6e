/**
 * Keeps the key sets of all data APIs fresh: in the background, and when the fleet met a token of an unknown key. The right
 * to fetch is taken in the database, so the limits hold however many control planes run. A key server that is down changes
 * nothing: the keys it gave last stay in force.
 */
import { LRUCache } from 'lru-cache';
import type { TenantAddress } from '@perch/contract';
import { tenantKey } from '@perch/contract';
import type { DataApi, DataApiJwksRepository, DataApiRepository } from '@perch/database';
import type { Observer } from '@perch/observability';
import type { JwksSource } from './jwks-source.js';

export interface JwksRefresherOptions {
  readonly dataApis: DataApiRepository;
  readonly keySets: DataApiJwksRepository;
  readonly source: JwksSource;
  readonly observer: Observer;
  /** Milliseconds between two fetches of one key set; 5 minutes unless told. */
  readonly refreshMs?: number;
  /**
   * Milliseconds between two fetches of one key set that unknown keys ask for; 30 seconds unless told. Fetches for other
   * reasons do not count, so that keys exchanged behind one of those are found by the first token.
   */
  readonly unknownKidMs?: number;
}

const REFRESH_MS = 5 * 60 * 1000;
const UNKNOWN_KID_MS = 30 * 1000;
/** Milliseconds between any two fetches of one key set: many proxies meet the same new key at once. */
const LEAST_MS = 1_000;
/** Data APIs whose last fetch for an unknown key is remembered. */
const REMEMBERED = 10_000;
/** Key sets fetched at the same moment. */
const PARALLEL = 4;
/** Key sets taken in one round. */
const BATCH = 100;

export class JwksRefresher {
  private readonly refreshMs: number;
  /** Data APIs whose keys were fetched for an unknown one a moment ago; of this process. */
  private readonly askedForKid: LRUCache<string, true>;

  constructor(private readonly options: JwksRefresherOptions) {
    this.refreshMs = options.refreshMs ?? REFRESH_MS;
    this.askedForKid = new LRUCache({ max: REMEMBERED, ttl: options.unknownKidMs ?? UNKNOWN_KID_MS });
  }

  /** One round: fetches every key set that is due. */
  async refreshDue(now = new Date()): Promise<void> {
    const due = new Date(now.getTime() - this.refreshMs);
    const waiting = [...(await this.options.keySets.listJwksDue(due, BATCH))];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.refresh(next, now, due);
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  }

  /** A token named a key that is not in the set. Does nothing when somebody fetched it a moment ago. */
  async refreshUnknownKid(address: TenantAddress, now = new Date()): Promise<void> {
    const dataApi = await this.options.dataApis.findByAddress(address);
    if (dataApi === undefined || this.askedForKid.has(dataApi.id)) return;
    this.askedForKid.set(dataApi.id, true);
    if (!(await this.refresh(dataApi, now, new Date(now.getTime() - LEAST_MS)))) this.askedForKid.delete(dataApi.id);
  }

  /** @returns whether the keys were asked for */
  private async refresh(dataApi: DataApi, now: Date, notSince: Date): Promise<boolean> {
    const { keySets, source, observer } = this.options;
    if (dataApi.jwksUrl === null || !(await keySets.claimJwksFetch(dataApi.id, now, notSince))) return false;
    const tenant = tenantKey({ endpointId: dataApi.endpointId, database: dataApi.databaseName });
    try {
      const jwks = await source.fetch(dataApi.jwksUrl);
      await keySets.saveJwks(dataApi, jwks, now);
      observer.note({ kind: 'jwks-fetched', tenant, keys: jwks.keys.length });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await keySets.recordJwksError(dataApi.id, reason);
      observer.note({ kind: 'jwks-fetch-failed', tenant, reason });
    }
    return true;
  }
}
