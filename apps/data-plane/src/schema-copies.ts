/**
 * Schemas on local disk beside the snapshots, so that a data API that was served before the process started need not be
 * read again: each with the state of the database that it was read at. Whether it still holds, the database says.
 */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { z } from 'zod';
import { inTurns, InternalError, parsedSnapshotSlices, type SchemaSnapshot } from '@perch/engine';
import type { Observer } from '@perch/observability';
import { createSealedFiles } from '@perch/tenancy';
import type { ActiveTenant } from './active-tenant.js';
import type { SchemaState } from './schema-version.js';

const headSchema = z.strictObject({
  snapshot_version: z.int(),
  schemas: z.array(z.string()),
  extra_search_path: z.array(z.string()),
  version: z.strictObject({ kind: z.enum(['counted', 'catalog']), text: z.string() }),
  catalog: z.string(),
  content_hash: z.string(),
});

export interface SchemaCopy extends SchemaState {
  readonly contentHash: string;
  /** Of the snapshot in force when it was read: a newer one asks for a new reading. */
  readonly snapshotVersion: number;
  /** Exposed when it was read. */
  readonly schemas: readonly string[];
  /** Searched for the views below those, when it was read. */
  readonly extraSearchPath: readonly string[];
  /** The document, unpacked when asked for. undefined when this release does not understand it. */
  document(): Promise<{ readonly snapshot: SchemaSnapshot; readonly characters: number } | undefined>;
}

export interface ReadSchema extends SchemaState {
  readonly contentHash: string;
  readonly schemas: readonly string[];
  readonly extraSearchPath: readonly string[];
  /** As `snapshotTextSlices` makes it. */
  readonly text: string;
}

export interface SchemaCopies {
  /** undefined when there is no usable copy. Never throws. */
  read(tenant: ActiveTenant): Promise<SchemaCopy | undefined>;
  /** Resolves when the copy is safe on disk, or when that failed and was noted. */
  write(tenant: ActiveTenant, schema: ReadSchema): Promise<void>;
  remove(key: string): Promise<void>;
  /** Resolves when everything begun is done. */
  settled(): Promise<void>;
}

export interface SchemaCopyOptions {
  readonly directory: string;
  /** undefined: each copy is sealed with its own database URL, so that who may read it could ask the database as well. */
  readonly fleetToken: string | undefined;
  readonly observer: Observer;
}

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);
const newline = 0x0a;

export function createSchemaCopies({ directory, fleetToken, observer }: SchemaCopyOptions): SchemaCopies {
  const files = createSealedFiles({ directory, kind: 'schema', format: 1, observer });
  const ownerOf = ({ key, connection }: ActiveTenant) => ({ key, secret: fleetToken ?? connection.databaseUrl });
  return {
    read: (tenant) => files.read(ownerOf(tenant), copyOf),
    async write(tenant, { version, catalog, schemas, extraSearchPath, contentHash, text }) {
      const head: z.infer<typeof headSchema> = {
        snapshot_version: tenant.version,
        schemas: [...schemas],
        extra_search_path: [...extraSearchPath],
        version,
        catalog,
        content_hash: contentHash,
      };
      const packed = await pack(text, { level: 1 });
      await files.write(ownerOf(tenant), Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), packed]));
    },
    remove: files.remove,
    settled: files.settled,
  };
}

/** @throws when the head is not what `write` wrote. */
function copyOf(content: Buffer): SchemaCopy {
  const end = content.indexOf(newline);
  if (end < 0) throw new InternalError('a copy of a schema has no head');
  const head = headSchema.parse(JSON.parse(content.toString('utf8', 0, end)));
  return {
    version: head.version,
    catalog: head.catalog,
    schemas: head.schemas,
    extraSearchPath: head.extra_search_path,
    snapshotVersion: head.snapshot_version,
    contentHash: head.content_hash,
    async document() {
      const text = (await unpack(content.subarray(end + 1))).toString('utf8');
      const snapshot = await inTurns(parsedSnapshotSlices(text));
      return snapshot === undefined ? undefined : { snapshot, characters: text.length };
    },
  };
}
