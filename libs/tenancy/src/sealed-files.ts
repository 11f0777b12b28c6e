/**
 * Small files that only this fleet can read: bytes in, one file per tenant on local disk, replaced as one piece, sealed
 * by AES-256-GCM for its tenant, its kind and its format. A file that cannot be opened is as good as none, and said so.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Observer } from '@perch/observability';
import { createLimiter } from './limiter.js';
import { reasonOf } from './reason-of.js';

export interface SealedFileOptions {
  readonly directory: string;
  /** Names the files and separates their keys from those of other kinds: `snapshot`. */
  readonly kind: string;
  /** Raised when the content changes its meaning: older files are then ignored. */
  readonly format: number;
  readonly observer: Observer;
}

/** Whose file it is, and what it is sealed with. */
export interface SealedFileOwner {
  /** Tenant key. */
  readonly key: string;
  readonly secret: string;
}

export interface SealedFiles {
  /** Whether there was a file for this key when last heard of; no I/O. */
  has(key: string): boolean;
  /**
   * What `use` makes of the content; undefined when there is no file, it cannot be opened or `use` throws. Never throws.
   */
  read<T>(owner: SealedFileOwner, use: (content: Buffer) => T): Promise<T | undefined>;
  /** Resolves when the file is safe on disk, or when that failed and was noted. Writes of one key keep their order. */
  write(owner: SealedFileOwner, content: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
  /** Resolves when everything begun is done. */
  settled(): Promise<void>;
}

const ivBytes = 12;
const tagBytes = 16;
/** Flushing to disk occupies a thread of the pool that name lookups need as well. */
const concurrentWrites = 2;

export function createSealedFiles({ directory, kind, format, observer }: SealedFileOptions): SealedFiles {
  const magic = Buffer.from(`PERCH-${kind.toUpperCase()}-${format}\n`);
  const nameOf = (key: string) => `${createHash('sha256').update(key).digest('hex')}.${kind}`;
  const names = new Set(namesIn(directory));
  const queues = new Map<string, Promise<void>>();
  const writes = createLimiter({ concurrency: concurrentWrites });
  const ignored = (tenant: string, reason: string) => observer.note({ kind: 'disk-copy-ignored', tenant, reason });

  /** Runs behind whatever is under way for the same key. */
  const inOrder = (key: string, work: () => Promise<void>): Promise<void> => {
    const mine = (queues.get(key) ?? Promise.resolve())
      .then(() => writes.run(work))
      .catch((error: unknown) => observer.note({ kind: 'disk-copy-failed', tenant: key, reason: reasonOf(error) }));
    queues.set(key, mine);
    void mine.then(() => {
      if (queues.get(key) === mine) queues.delete(key);
    });
    return mine;
  };

  return {
    has: (key) => names.has(nameOf(key)),
    async read(owner, use) {
      await queues.get(owner.key);
      let sealed: Buffer;
      try {
        sealed = await fs.readFile(path.join(directory, nameOf(owner.key)));
      } catch (error) {
        if (!isMissing(error)) ignored(owner.key, reasonOf(error));
        return undefined;
      }
      names.add(nameOf(owner.key));
      if (!sealed.subarray(0, magic.length).equals(magic)) {
        ignored(owner.key, 'it has another format');
        return undefined;
      }
      try {
        return use(open(sealed, owner, kind, magic));
      } catch (error) {
        ignored(owner.key, `damaged or foreign: ${reasonOf(error)}`);
        return undefined;
      }
    },
    write: (owner, content) =>
      inOrder(owner.key, async () => {
        const name = nameOf(owner.key);
        await replaceFile(path.join(directory, name), seal(content, owner, kind, magic));
        names.add(name);
      }),
    remove: (key) => {
      const name = nameOf(key);
      // Keys that nobody ever had come by the thousands when somebody scans for some.
      if (!names.has(name) && !queues.has(key)) return Promise.resolve();
      return inOrder(key, async () => {
        await fs.rm(path.join(directory, name), { force: true });
        names.delete(name);
      });
    },
    async settled() {
      await Promise.all(queues.values());
    },
  };
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Made with the first file; whatever else is wrong with it, reading and writing will say.
    return [];
  }
}

function sealingKey({ secret }: SealedFileOwner, kind: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'perch', `last good copy of tenant ${kind}s`, 32));
}

function seal(content: Buffer, owner: SealedFileOwner, kind: string, magic: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(owner, kind), iv).setAAD(Buffer.from(owner.key));
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([magic, iv, cipher.getAuthTag(), sealed]);
}

/** @throws when the bytes were not sealed with this secret for this key. */
function open(file: Buffer, owner: SealedFileOwner, kind: string, magic: Buffer): Buffer {
  const iv = file.subarray(magic.length, magic.length + ivBytes);
  const tag = file.subarray(magic.length + ivBytes, magic.length + ivBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(owner, kind), iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(owner.key)).setAuthTag(tag);
  const sealed = file.subarray(magic.length + ivBytes + tagBytes);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

/** Written beside, flushed, then renamed over: a crash leaves the old file or the new one, never half of one. */
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
