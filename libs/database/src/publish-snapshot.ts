/**
 * The one way in which a tenant snapshot changes: the rows and the entry of the change feed in one transaction under one
 * lock, so that the order of sequence numbers is the order in which changes become visible to the fleet.
 */
import type { TenantAddress } from '@perch/contract';
import { metadataChannels } from './metadata-events.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';

/** Advisory lock of the change feed: "perch" in ASCII, cut to a 32-bit integer. */
export const PUBLISH_LOCK = 0x70657263;

export interface Publication extends TenantAddress {
  /** true takes the data API out of the fleet; else the rows are the new snapshot. */
  readonly removed: boolean;
}

/**
 * Runs `change` with the version it is about to publish and returns its result once that is visible to the fleet.
 * `change` gets nothing to publish by answering `undefined`: then the transaction leaves no trace in the feed.
 */
export async function publishSnapshot<T>(
  prisma: Prisma,
  publication: Publication,
  change: (transaction: PrismaTransaction, version: bigint) => Promise<T | undefined>,
): Promise<T | undefined> {
  return prisma.$transaction(async (transaction) => {
    await takePublishLock(transaction);
    return publishWithin(transaction, publication, change);
  });
}

/** First statement of a transaction that publishes: nobody else publishes until it ends. */
export async function takePublishLock(transaction: PrismaTransaction): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`;
}

/** One entry of the feed inside a transaction that already holds the lock. */
export async function publishWithin<T>(
  transaction: PrismaTransaction,
  publication: Publication,
  change: (transaction: PrismaTransaction, version: bigint) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { sequence } = await transaction.tenantChange.create({
    data: {
      endpointId: publication.endpointId,
      databaseName: publication.database,
      removed: publication.removed,
    },
    select: { sequence: true },
  });
  const result = await change(transaction, sequence);
  if (result === undefined) await transaction.tenantChange.delete({ where: { sequence }, select: { sequence: true } });
  else await transaction.$executeRaw`SELECT pg_notify(${metadataChannels.tenantChanged}, ${sequence.toString()})`;
  return result;
}
