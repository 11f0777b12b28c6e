/** Rows of the queries for relations, columns, keys and views in; tables with their columns and keys, and foreign keys, out. Pure. */
import { InternalError } from '../error/engine-error.js';
import { eachInSlices, mapInSlices, type Slices } from '../slices.js';
import { assembleColumns } from './assemble-columns.js';
import { flag, integer, integerArray, text, type CatalogRow } from './catalog-row.js';
import { KeyEnds, type BaseKey, type ShownKey } from './key-ends.js';
import type { ForeignKey, KeyEnd, TableRecord } from './schema-snapshot.js';
import type { Column, TableKind } from './table.js';
import type { Types } from './types.js';
import { copiedColumns, type CopiedColumn } from './view-columns.js';

export interface TableRows {
  readonly relations: readonly CatalogRow[];
  readonly columns: readonly CatalogRow[];
  readonly relationComments: readonly CatalogRow[];
  readonly keys: readonly CatalogRow[];
  readonly views: readonly CatalogRow[];
}

export interface AssembledTables {
  /** Sorted by schema and name. */
  readonly tables: readonly TableRecord[];
  readonly foreignKeys: readonly ForeignKey[];
  /** The table whose rows are of the type with this oid. */
  readonly ofRows: (type: string) => TableRecord | undefined;
}

interface Key extends BaseKey {
  readonly kind: string;
  readonly constraint: string;
  readonly referenced: BaseKey | undefined;
}

/** undefined when a column has come or gone between the query for columns and that for keys: callers compare the version. */
type NamesOf = (key: ShownKey) => readonly string[] | undefined;

const UPDATE = 4;
const INSERT = 8;
const DELETE = 16;

const kinds: Readonly<Record<string, TableKind>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
};

/** @param schemas names of the exposed schemas by oid, in the order of the names. */
export function* assembleTables(
  rows: TableRows,
  schemas: ReadonlyMap<string, string>,
  types: Types,
): Slices<AssembledTables> {
  const relations = bySchema(rows.relations, schemas);
  const indexes = new Map(relations.map((row, index) => [text(row, 0), index]));
  const comments = yield* readComments(rows.relationComments);
  const commentOf = (relation: string, number: number) => comments.get(relation)?.get(number);
  const columns = yield* assembleColumns(rows.columns, types, commentOf);
  const keys = yield* mapInSlices(rows.keys, readKey);
  const copies = new Map<string, readonly CopiedColumn[]>();
  // A view's tree may be long.
  yield* eachInSlices(rows.views, (row) => copies.set(text(row, 0), copiedColumns(text(row, 1))), 20);
  const ends = new KeyEnds((relation) => indexes.has(relation), copies);

  const named: NamesOf = (key) => namesOf(columns.get(key.relation), key.columns);
  const primaryKeys = yield* readPrimaryKeys(keys, ends, named);

  const tables = yield* mapInSlices(relations, (row): TableRecord => {
    const relation = text(row, 0);
    const can = changesOf(row);
    const isPartition = flag(row, 5);
    return {
      schema: schemas.get(text(row, 1)) ?? '',
      name: text(row, 2),
      kind: isPartition ? 'partition' : (kinds[text(row, 3)] ?? 'table'),
      description: commentOf(relation, 0),
      insertable: (can & INSERT) !== 0,
      updatable: (can & UPDATE) !== 0,
      deletable: (can & DELETE) !== 0,
      // Of a partition none is known: it is no junction.
      primaryKey: isPartition ? [] : [...(primaryKeys.get(relation) ?? [])].sort(),
      columns: [...(columns.get(relation)?.values() ?? [])],
    };
  });
  const rowTypes = new Map(relations.map((row, index) => [text(row, 4), index]));
  return {
    tables,
    foreignKeys: yield* readForeignKeys(keys, ends, named, indexes),
    ofRows: (type) => tables[rowTypes.get(type) ?? -1],
  };
}

/** Within a schema the order stays. */
function bySchema(relations: readonly CatalogRow[], schemas: ReadonlyMap<string, string>): readonly CatalogRow[] {
  const groups = new Map([...schemas.keys()].map((schema): [string, CatalogRow[]] => [schema, []]));
  // A schema that another session has just renamed away is none of them any more.
  for (const row of relations) groups.get(text(row, 1))?.push(row);
  return [...groups.values()].flat();
}

/** By relation's oid and column's number, 0 for the relation itself. */
function* readComments(rows: readonly CatalogRow[]): Slices<ReadonlyMap<string, ReadonlyMap<number, string>>> {
  const byRelation = new Map<string, Map<number, string>>();
  yield* eachInSlices(rows, (row) => {
    const comments = byRelation.get(text(row, 0)) ?? new Map<number, string>();
    byRelation.set(text(row, 0), comments.set(integer(row, 1), text(row, 2)));
  });
  return byRelation;
}

function changesOf(row: CatalogRow): number {
  switch (text(row, 3)) {
    case 'r':
    case 'p':
      return UPDATE | INSERT | DELETE;
    case 'm':
      return 0;
    default:
      return integer(row, 6);
  }
}

function readKey(row: CatalogRow): Key {
  const kind = text(row, 0);
  return {
    kind,
    relation: text(row, 1),
    constraint: text(row, 2),
    columns: integerArray(row, 3),
    referenced: kind === 'f' ? { relation: text(row, 4), columns: integerArray(row, 5) } : undefined,
  };
}

/** By relation's oid. Of several ways in which a view shows a key the first counts; a join shows several tables' keys. */
function* readPrimaryKeys(
  keys: readonly Key[],
  ends: KeyEnds,
  named: NamesOf,
): Slices<ReadonlyMap<string, ReadonlySet<string>>> {
  const byRelation = new Map<string, Set<string>>();
  yield* eachInSlices(keys, (key) => {
    if (key.kind !== 'p') return;
    const seen = new Set<string>();
    for (const end of ends.shown(key)) {
      if (seen.has(end.relation)) continue;
      seen.add(end.relation);
      const names = byRelation.get(end.relation) ?? new Set();
      for (const name of named(end) ?? []) names.add(name);
      byRelation.set(end.relation, names);
    }
  });
  return byRelation;
}

function* readForeignKeys(
  keys: readonly Key[],
  ends: KeyEnds,
  named: NamesOf,
  indexes: ReadonlyMap<string, number>,
): Slices<readonly ForeignKey[]> {
  const unique = new Set(
    yield* mapInSlices(
      keys.filter((key) => key.kind !== 'f'),
      columnSet,
    ),
  );
  const endsOf = (key: BaseKey): readonly KeyEnd[] =>
    ends.shown(key).flatMap((end) => {
      const names = named(end);
      return names === undefined ? [] : [{ table: indexOf(indexes, end.relation), columns: names }];
    });
  const foreignKeys: ForeignKey[] = [];
  yield* eachInSlices(keys, (key) => {
    if (key.referenced === undefined) return;
    const origins = endsOf(key);
    if (origins.length === 0) return;
    const targets = endsOf(key.referenced);
    if (targets.length === 0) return;
    foreignKeys.push({ constraint: key.constraint, oneToOne: unique.has(columnSet(key)), origins, targets });
  });
  return foreignKeys;
}

/** Equal for keys of one relation over the same columns in any order. */
function columnSet(key: BaseKey): string {
  return `${key.relation}:${[...key.columns].sort((left, right) => left - right).join()}`;
}

function namesOf(
  columns: ReadonlyMap<number, Column> | undefined,
  numbers: readonly number[],
): readonly string[] | undefined {
  const names = numbers.map((number) => columns?.get(number)?.name);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function indexOf(indexes: ReadonlyMap<string, number>, relation: string): number {
  const index = indexes.get(relation);
  if (index === undefined) throw new InternalError(`relation ${relation} is not exposed`);
  return index;
}
