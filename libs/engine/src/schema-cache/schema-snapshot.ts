/**
 * A schema as a plain JSON document: what is read from a database, kept on disk and made a `SchemaCache` of.
 * It holds no oids, so equal schemas of different databases are equal documents.
 */
import { createHash } from 'node:crypto';
import { atOnce, groupsInSlices, type Slices } from '../slices.js';
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
const format = 5;

/** Characters. */
const longLine = 64 * 1024;

/** Format, hash and their spaces: 64 hexadecimal digits and some. */
const MAX_HEADER_LENGTH = 80;

export interface SchemaSnapshot {
  readonly contentHash: string;
  readonly content: SchemaContent;
}

/** Of a schema that is not large. */
export function createSchemaSnapshot(content: SchemaContent): SchemaSnapshot {
  return atOnce(snapshotSlices(content));
}

export function* snapshotSlices(content: SchemaContent): Slices<SchemaSnapshot> {
  return { contentHash: yield* hashOf(yield* documentOf(content)), content };
}

/** Text: format, hash and the document, separated by spaces. */
export function* snapshotTextSlices({ contentHash, content }: SchemaSnapshot): Slices<string> {
  const lines = yield* documentOf(content);
  return `${format} ${contentHash} ${lines.join('\n')}`;
}

/** Undefined when the text is of another release, cut short or otherwise not what `snapshotTextSlices` made. */
export function* parsedSnapshotSlices(text: string): Slices<SchemaSnapshot | undefined> {
  const start = text.slice(0, MAX_HEADER_LENGTH).split(' ', 2);
  const [writtenFormat, contentHash = ''] = start;
  if (writtenFormat !== String(format)) return undefined;
  const [head = '', ...parts] = text.slice(start.join(' ').length + 1).split('\n');
  if ((yield* hashOf([head, ...parts])) !== contentHash) return undefined;
  // The hash says that this is, byte for byte, what this format's writer made of a SchemaContent.
  const { tables, foreignKeys, routines, ...rest }: SchemaContent = JSON.parse(head);
  const content = { tables: [...tables], foreignKeys: [...foreignKeys], routines: [...routines], ...rest };
  for (const line of parts) {
    const part: Partial<SchemaContent> = JSON.parse(line);
    content.tables.push(...(part.tables ?? []));
    content.foreignKeys.push(...(part.foreignKeys ?? []));
    content.routines.push(...(part.routines ?? []));
    if (line.length > longLine) yield;
  }
  return { contentHash, content };
}

/** What a table counts for, beside others, in the time that it takes. */
export function sizeOfTable({ columns }: TableRecord): number {
  return 1 + columns.length;
}

/** Lines of JSON: the content without its long lists, then these in parts. */
function* documentOf(content: SchemaContent): Slices<readonly string[]> {
  const lines = [JSON.stringify({ ...content, tables: [], foreignKeys: [], routines: [] })];
  yield* groupsInSlices(content.tables, sizeOfTable, (tables) => lines.push(JSON.stringify({ tables })));
  yield* groupsInSlices(
    content.foreignKeys,
    () => 1,
    (foreignKeys) => lines.push(JSON.stringify({ foreignKeys })),
  );
  yield* groupsInSlices(
    content.routines,
    () => 1,
    (routines) => lines.push(JSON.stringify({ routines })),
  );
  return lines;
}

function* hashOf(lines: readonly string[]): Slices<string> {
  const hash = createHash('sha256');
  for (const line of lines) {
    hash.update(line).update('\n');
    if (line.length > longLine) yield;
  }
  return hash.digest('hex');
}
