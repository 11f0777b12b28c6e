/**
 * A schema as a plain JSON document: what is read from a database, kept on disk and made a `SchemaCache` of.
 * It holds no oids, so equal schemas of different databases are equal documents.
 */
import { createHash } from 'node:crypto';
import type { ComputedRelationship } from './relationship.js';
import type { DomainRepresentation } from './representation.js';
import type { MediaHandler } from './media-handler.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { Role } from './role.js';
import type { Routine } from './routine.js';
import type { Column, Table } from './table.js';

export interface TableRecord extends Omit<Table, 'columns'> {
  readonly columns: readonly Column[];
}

/** One way to see one end of a foreign key: the table itself, or a view that shows all of the key's columns. */
export interface KeyEnd {
  /** Index into `tables`. */
  readonly table: number;
  /** Names there, in the constraint's order. */
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly constraint: string;
  /** The referencing columns are a primary key or a unique constraint themselves. */
  readonly oneToOne: boolean;
  readonly origins: readonly KeyEnd[];
  readonly targets: readonly KeyEnd[];
}

export interface MediaHandlerRecord extends MediaHandler {
  /** Of an aggregate: the table or view of its parameter, undefined for any row. */
  readonly table: QualifiedIdentifier | undefined;
}

export interface SchemaContent {
  /** As `server_version_num`. */
  readonly serverVersion: number;
  /** `default_transaction_read_only` is on for the connecting role in this database. */
  readonly readOnlyByDefault: boolean;
  readonly schemas: readonly { readonly name: string; readonly description: string | undefined }[];
  /** Sorted by schema and name. */
  readonly tables: readonly TableRecord[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly computedRelationships: readonly ComputedRelationship[];
  readonly routines: readonly Routine[];
  readonly representations: readonly DomainRepresentation[];
  readonly mediaHandlers: readonly MediaHandlerRecord[];
  readonly roles: readonly Role[];
}

/** Raised with every change of `SchemaContent`, so that a document of another release is read again from the database. */
const format = 4;

/** Format, hash and their spaces: 64 hexadecimal digits and some. */
const MAX_HEADER_LENGTH = 80;

export interface SchemaSnapshot {
  readonly contentHash: string;
  readonly content: SchemaContent;
}

export function createSchemaSnapshot(content: SchemaContent): SchemaSnapshot {
  return { contentHash: hashOf(JSON.stringify(content)), content };
}

/** One line of text: format, hash and the document, separated by spaces. */
export function serializeSchemaSnapshot(snapshot: SchemaSnapshot): string {
  return `${format} ${snapshot.contentHash} ${JSON.stringify(snapshot.content)}`;
}

/** Undefined when the text is of another release, cut short or otherwise not what `serializeSchemaSnapshot` wrote. */
export function parseSchemaSnapshot(text: string): SchemaSnapshot | undefined {
  const start = text.slice(0, MAX_HEADER_LENGTH).split(' ', 2);
  const [writtenFormat, contentHash = ''] = start;
  if (writtenFormat !== String(format)) return undefined;
  const json = text.slice(start.join(' ').length + 1);
  if (hashOf(json) !== contentHash) return undefined;
  // The hash says that this is, byte for byte, what this format's writer made of a SchemaContent.
  const content: SchemaContent = JSON.parse(json);
  return { contentHash, content };
}

function hashOf(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}
