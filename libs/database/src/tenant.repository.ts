/** What the fleet reads: the snapshot of one data API, and the feed that says whose snapshot is new or gone. */
import type { TenantAddress, TenantChange, TenantSnapshot } from '@perch/contract';
import { connectionUrlPlace } from './branch-connection.js';
import { buildTenantSnapshot } from './build-tenant-snapshot.js';
import { toDataApi } from './data-api.js';
import type { Prisma } from './prisma-client.js';
import type { SecretBox } from './secret-box.js';

export type ChangesSince =
  /** Oldest first; `sequence` is the last one of them, or what was asked for when there are none. */
  | { readonly kind: 'changes'; readonly changes: readonly TenantChange[]; readonly sequence: number }
  /** Entries are missing in between: compare everything, then go on at `sequence`. */
  | { readonly kind: 'resync'; readonly sequence: number };

export class TenantRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  async snapshot(address: TenantAddress): Promise<TenantSnapshot | undefined> {
    const row = await this.prisma.dataApi.findUnique({
      where: { endpointId_databaseName: { endpointId: address.endpointId, databaseName: address.database } },
      include: { endpoint: true, branch: { omit: { connectionUrlSealed: false } } },
      omit: { loginPasswordSealed: false },
    });
    if (row === null) return undefined;
    const { endpoint, branch, loginPasswordSealed, ...columns } = row;
    const sealedUrl = branch.connectionUrlSealed;
    return buildTenantSnapshot({
      dataApi: toDataApi(columns),
      endpoint,
      attachedUrl: sealedUrl === null ? undefined : this.secrets.open(sealedUrl, connectionUrlPlace(branch.id)),
      loginPassword: this.secrets.open(loginPasswordSealed, {
        table: 'data_apis',
        column: 'login_password_sealed',
        row: row.id,
      }),
    });
  }

  /** Of the newest change that is visible; 0 before the first. */
  async newestChange(): Promise<number> {
    const newest = await this.prisma.tenantChange.aggregate({ _max: { sequence: true } });
    return Number(newest._max.sequence ?? 0);
  }

  /** @param since the last sequence seen; 0 by a proxy that has seen none, which compares everything once. */
  async changesSince(since: number, limit: number): Promise<ChangesSince> {
    // Both bounds first: what is published in between only makes the answer shorter than it could be.
    const bounds = await this.prisma.tenantChange.aggregate({ _min: { sequence: true }, _max: { sequence: true } });
    const oldest = Number(bounds._min.sequence ?? 0);
    const newest = Number(bounds._max.sequence ?? 0);
    if (since > newest || (since === 0 ? newest > 0 : since < oldest - 1)) return { kind: 'resync', sequence: newest };
    const rows = await this.prisma.tenantChange.findMany({
      where: { sequence: { gt: since } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    const changes = rows.map((row) => ({
      sequence: Number(row.sequence),
      endpoint_id: row.endpointId,
      database: row.databaseName,
      version: row.removed ? null : Number(row.sequence),
    }));
    return { kind: 'changes', changes, sequence: changes.at(-1)?.sequence ?? since };
  }

  /** Forgets entries of the feed older than `before`, never the newest one, so that `resync` stays decidable. */
  async pruneChanges(before: Date): Promise<number> {
    const newest = await this.prisma.tenantChange.aggregate({ _max: { sequence: true } });
    const { count } = await this.prisma.tenantChange.deleteMany({
      where: { createdAt: { lt: before }, sequence: { lt: newest._max.sequence ?? 0 } },
    });
    return count;
  }
}
