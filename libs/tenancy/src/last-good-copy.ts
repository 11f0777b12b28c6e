/**
 * Snapshots on local disk, so that a proxy that starts while the control plane is away serves what it served before.
 * One file per data API, AES-256-GCM with a key derived from the fleet token (a snapshot holds passwords), replaced as
 * one piece. A file that cannot be read is as good as none, and said so.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { tenantSnapshotSchema, type TenantSnapshot } from '@perch/contract';
import type { Observer } from '@perch/observability';
import { reasonOf } from './reason-of.js';

export interface LastGoodCopies {
  /** undefined when there is no usable copy. Never throws. */
  read(key: string): Promise<TenantSnapshot | undefined>;
  /** Resolves when the copy is safe on disk, or when that failed and was noted. Writes of one key keep their order. */
  write(snapshot: TenantSnapshot): Promise<void>;
  remove(key: string): Promise<void>;
  /** Resolves when everything begun is done. */
  settled(): Promise<void>;
}

export interface LastGoodCopyOptions {
  readonly directory: string;
  readonly fleetToken: string;
  readonly observer: Observer;
}

const magic = Buffer.from('PERCH-SNAPSHOT-1\n');
const ivBytes = 12;
const tagBytes = 16;

export function createLastGoodCopies({ directory, fleetToken, observer }: LastGoodCopyOptions): LastGoodCopies {
  const secret = Buffer.from(hkdfSync('sha256', fleetToken, 'perch', 'last good copy of tenant snapshots', 32));
  const fileOf = (key: string) => path.join(directory, `${createHash('sha256').update(key).digest('hex')}.snapshot`);
  const queues = new Map<string, Promise<void>>();

  /** Runs behind whatever is under way for the same key. */
  const inOrder = (key: string, work: () => Promise<void>): Promise<void> => {
    const mine = (queues.get(key) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      observer.note({ kind: 'disk-copy-failed', tenant: key, reason: reasonOf(error) });
    });
    queues.set(key, mine);
    void mine.then(() => {
      if (queues.get(key) === mine) queues.delete(key);
    });
    return mine;
  };

  return {
    async read(key) {
      await queues.get(key);
      let sealed: Buffer;
      try {
        sealed = await fs.readFile(fileOf(key));
      } catch (error) {
        if (!isMissing(error)) observer.note({ kind: 'disk-copy-ignored', tenant: key, reason: reasonOf(error) });
        return undefined;
      }
      try {
        return tenantSnapshotSchema.parse(JSON.parse(open(sealed, secret, key)));
      } catch (error) {
        observer.note({ kind: 'disk-copy-ignored', tenant: key, reason: `damaged or foreign: ${reasonOf(error)}` });
        return undefined;
      }
    },
    write: (snapshot) =>
      inOrder(snapshot.key, () =>
        replaceFile(fileOf(snapshot.key), seal(JSON.stringify(snapshot), secret, snapshot.key)),
      ),
    remove: (key) => inOrder(key, () => fs.rm(fileOf(key), { force: true })),
    async settled() {
      await Promise.all(queues.values());
    },
  };
}

function seal(text: string, secret: Buffer, key: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(key));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([magic, iv, cipher.getAuthTag(), sealed]);
}

/** @throws when the bytes were not sealed with this secret for this key. */
function open(file: Buffer, secret: Buffer, key: string): string {
  const iv = file.subarray(magic.length, magic.length + ivBytes);
  const tag = file.subarray(magic.length + ivBytes, magic.length + ivBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', secret, iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(key)).setAuthTag(tag);
  const sealed = file.subarray(magic.length + ivBytes + tagBytes);
  return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
}

/** Written beside, flushed, then renamed over: a crash leaves the old copy or the new one, never half of one. */
async function replaceFile(file: string, content: Buffer): Promise<void> {
  const directory = path.dirname(file);
  await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  const beside = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await fs.open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

/** So that the rename itself survives a power cut; not every platform lets a directory be opened. */
async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await fs.open(directory, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Nothing more can be done where directories cannot be flushed.
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
