/**
 * The audit log: an entry is written before the call it tells of runs and gets its result when that ends, so that a call
 * that was cut off is in it too. Entries are never changed otherwise.
 */
import type { AuditEntryModel } from './generated/models.js';
import type { Prisma } from './prisma-client.js';

export type AuditTarget = Readonly<Record<string, string>>;

export interface AuditEntry extends Readonly<Omit<AuditEntryModel, 'id' | 'target'>> {
  readonly id: number;
  readonly target: AuditTarget;
}

export interface NewAuditEntry {
  readonly requestId: string;
  readonly keyId: number;
  readonly keyName: string;
  readonly projectId: string | undefined;
  /** Method and path pattern. */
  readonly action: string;
  readonly target: AuditTarget;
  readonly address: string | undefined;
}

export interface AuditResult {
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly projectId: string | undefined;
  readonly target: AuditTarget;
}

export interface AuditPage {
  /** Only entries of this project. */
  readonly projectId?: string;
  /** Id of the last entry of the page before. */
  readonly before?: number;
  /** 1 to 1000 rows. */
  readonly limit: number;
}

export class AuditRepository {
  constructor(private readonly prisma: Prisma) {}

  /** @returns the id by which the entry is finished. */
  async begin(entry: NewAuditEntry): Promise<number> {
    const { projectId, target, address, ...columns } = entry;
    const { id } = await this.prisma.auditEntry.create({
      data: { ...columns, projectId: projectId ?? null, target: { ...target }, address: address ?? null },
      select: { id: true },
    });
    return Number(id);
  }

  async finish(id: number, { status, errorCode, projectId, target }: AuditResult): Promise<void> {
    await this.prisma.auditEntry.updateMany({
      where: { id, finishedAt: null },
      data: {
        status,
        errorCode: errorCode ?? null,
        projectId: projectId ?? null,
        target: { ...target },
        finishedAt: new Date(),
      },
    });
  }

  /** Newest first. */
  async list({ projectId, before, limit }: AuditPage): Promise<readonly AuditEntry[]> {
    const rows = await this.prisma.auditEntry.findMany({
      where: { ...(projectId !== undefined && { projectId }), ...(before !== undefined && { id: { lt: before } }) },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(toAuditEntry);
  }

  /** Forgets what was begun before then. */
  async prune(before: Date): Promise<void> {
    await this.prisma.auditEntry.deleteMany({ where: { createdAt: { lt: before } } });
  }
}

function toAuditEntry(row: AuditEntryModel): AuditEntry {
  return { ...row, id: Number(row.id), target: toTarget(row.target) };
}

function toTarget(value: unknown): AuditTarget {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, one]) => [name, String(one)]));
}
