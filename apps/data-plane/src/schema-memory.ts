/**
 * Schemas in memory, by tenant: equal ones (branches of one project have them) are held once, and the tenants that were
 * not asked for longest give theirs up when all together take too much.
 */
import { LRUCache } from 'lru-cache';
import type { SchemaCache } from '@perch/engine';
import type { DatabaseConfig } from './database-config.js';
import type { SchemaVersion } from './schema-version.js';

/** A schema and what it was read at. A new object each time it is read. */
export interface KnownSchema {
  readonly cache: SchemaCache;
  /** undefined when it could not be read. */
  readonly version: SchemaVersion | undefined;
  readonly snapshotVersion: number;
  /** Read at the same time. */
  readonly config: DatabaseConfig;
}

export interface SchemaMemoryOptions {
  /** Tenants whose schema is kept. Default 20,000. */
  readonly maxTenants?: number | undefined;
  /** Bytes of all schemas together, about. Default 256 MiB. One is kept whatever its size. */
  readonly maxBytes?: number | undefined;
  /** Told when nothing is held of a tenant any more. */
  readonly onLetGo?: ((key: string) => void) | undefined;
}

interface Content {
  readonly cache: SchemaCache;
  readonly bytes: number;
  tenants: number;
}

const MEBIBYTE = 1024 * 1024;
/** Bytes on the heap for each character of the document: 3.0 of 40 tables with their relationships (measured). */
const bytesPerCharacter = 3;

export class SchemaMemory {
  readonly #contents = new Map<string, Content>();
  readonly #tenants: LRUCache<string, KnownSchema>;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor({ maxTenants = 20_000, maxBytes = 256 * MEBIBYTE, onLetGo }: SchemaMemoryOptions) {
    this.#maxBytes = maxBytes;
    this.#tenants = new LRUCache({
      max: maxTenants,
      dispose: ({ cache }, key, reason) => {
        this.#release(cache);
        if (reason !== 'set') onLetGo?.(key);
      },
    });
  }

  get(key: string): KnownSchema | undefined {
    return this.#tenants.get(key);
  }

  /** Without counting as a use. */
  peek(key: string): KnownSchema | undefined {
    return this.#tenants.peek(key);
  }

  /** The schema of this content, when some tenant has it. */
  sharedBy(contentHash: string): SchemaCache | undefined {
    return this.#contents.get(contentHash)?.cache;
  }

  /** @param characters length of the schema's document. */
  set(key: string, schema: KnownSchema, characters: number): void {
    // First the new one: the old one may be the same, and the last of its kind.
    this.#retain(schema.cache, characters * bytesPerCharacter);
    this.#tenants.set(key, schema);
    while (this.#bytes > this.#maxBytes && this.#tenants.size > 1) this.#tenants.pop();
  }

  delete(key: string): void {
    this.#tenants.delete(key);
  }

  #retain(cache: SchemaCache, bytes: number): void {
    const content = this.#contents.get(cache.contentHash);
    if (content !== undefined) {
      content.tenants += 1;
      return;
    }
    this.#contents.set(cache.contentHash, { cache, bytes, tenants: 1 });
    this.#bytes += bytes;
  }

  #release({ contentHash }: SchemaCache): void {
    const content = this.#contents.get(contentHash);
    if (content === undefined) return;
    content.tenants -= 1;
    if (content.tenants > 0) return;
    this.#contents.delete(contentHash);
    this.#bytes -= content.bytes;
  }
}
