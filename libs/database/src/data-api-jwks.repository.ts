/** Key sets of data APIs that come from a URL: who fetches them when, and what came of it. */
import { isDeepStrictEqual } from 'node:util';
import type { Jwks } from '@perch/contract';
import { toDataApi, type DataApi } from './data-api.js';
import { toJson, toPublication, updateExisting } from './data-api-rows.js';
import type { Prisma } from './prisma-client.js';
import { publishSnapshot } from './publish-snapshot.js';

export class DataApiJwksRepository {
  constructor(private readonly prisma: Prisma) {}

  /** Keeps a fetched key set, and publishes it only when it differs from the one in force. */
  async saveJwks(current: DataApi, jwks: Jwks, fetchedAt: Date): Promise<{ readonly published: boolean }> {
    const fresh = { jwksFetchedAt: fetchedAt, jwksError: null };
    if (isDeepStrictEqual(current.jwks, jwks)) {
      await this.prisma.dataApi.updateMany({ where: { id: current.id }, data: fresh });
      return { published: false };
    }
    const row = await publishSnapshot(this.prisma, toPublication(current), (transaction, version) =>
      updateExisting(transaction, current.id, { ...fresh, jwks: toJson(jwks), version }),
    );
    return { published: row !== undefined };
  }

  /** A fetch failed: the keys of the one before stay in force. */
  async recordJwksError(id: string, message: string): Promise<void> {
    await this.prisma.dataApi.updateMany({ where: { id }, data: { jwksError: message } });
  }

  /**
   * Takes the right to fetch a key set now; false when somebody began to after `notSince`. This is the rate limit, and
   * it holds over every process of the control plane.
   */
  async claimJwksFetch(id: string, now: Date, notSince: Date): Promise<boolean> {
    const { count } = await this.prisma.dataApi.updateMany({
      where: {
        id,
        jwksUrl: { not: null },
        OR: [{ jwksCheckedAt: null }, { jwksCheckedAt: { lte: notSince } }],
      },
      data: { jwksCheckedAt: now },
    });
    return count === 1;
  }

  /** Data APIs whose key set nobody began to fetch since `before`, the longest waiting first. */
  async listJwksDue(before: Date, limit: number): Promise<readonly DataApi[]> {
    const rows = await this.prisma.dataApi.findMany({
      where: { jwksUrl: { not: null }, OR: [{ jwksCheckedAt: null }, { jwksCheckedAt: { lte: before } }] },
      orderBy: { jwksCheckedAt: { sort: 'asc', nulls: 'first' } },
      take: limit,
    });
    return rows.map(toDataApi);
  }
}
