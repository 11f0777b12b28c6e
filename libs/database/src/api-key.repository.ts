/** API keys: only the hash of a key is kept, so a key is shown once and a leaked table opens nothing. */
import type { ApiKeyModel } from './generated/models.js';
import type { Prisma } from './prisma-client.js';

export type ApiKey = Readonly<Omit<ApiKeyModel, 'hash'>>;

export interface NewApiKey {
  readonly name: string;
  readonly prefix: string;
  /** SHA-256 of the whole key, hexadecimal. */
  readonly hash: string;
  readonly projectId?: string;
}

/** Seconds within which a further use of a key is not written down again. */
const LAST_USED_RESOLUTION_SECONDS = 60;

export class ApiKeyRepository {
  constructor(private readonly prisma: Prisma) {}

  async create(key: NewApiKey): Promise<ApiKey> {
    return this.prisma.apiKey.create({ data: { ...key, projectId: key.projectId ?? null } });
  }

  /** Makes the key unless it was made before; one that was revoked stays revoked. */
  async ensure(key: NewApiKey): Promise<void> {
    await this.prisma.apiKey.createMany({ data: [{ ...key }], skipDuplicates: true });
  }

  /** A key that is in force: neither revoked nor of a deleted project. */
  async findByHash(hash: string): Promise<ApiKey | undefined> {
    const key = await this.prisma.apiKey.findUnique({
      where: { hash, revokedAt: null, OR: [{ projectId: null }, { project: { deletedAt: null } }] },
    });
    return key ?? undefined;
  }

  async recordUse(id: number, from: string | undefined, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - LAST_USED_RESOLUTION_SECONDS * 1000);
    await this.prisma.apiKey.updateMany({
      where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: stale } }] },
      data: { lastUsedAt: now, lastUsedFrom: from ?? null },
    });
  }

  /** Keys in force, oldest first. */
  async list(): Promise<readonly ApiKey[]> {
    return this.prisma.apiKey.findMany({ where: { revokedAt: null }, orderBy: { id: 'asc' } });
  }

  /** undefined when there is no such key; revoking twice keeps the first time. */
  async revoke(id: number, now: Date): Promise<ApiKey | undefined> {
    await this.prisma.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
    return (await this.prisma.apiKey.findUnique({ where: { id } })) ?? undefined;
  }
}
