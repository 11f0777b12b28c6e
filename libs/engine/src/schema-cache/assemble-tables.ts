/** Rows of the table, column, key and view queries in; tables with their columns and keys, and foreign keys, out. Pure. */
import { InternalError } from '../error/engine-error.js';
import {
  flag,
  integer,
  integerList,
  optionalInteger,
  optionalText,
  text,
  textList,
  type CatalogRow,
} from './catalog-row.js';
import { KeyEnds, type BaseKey, type ShownKey } from './key-ends.js';
import type { ForeignKey, KeyEnd, TableRecord } from './schema-snapshot.js';
import type { Column, TableKind } from './table.js';
import { copiedColumns } from './view-columns.js';

export interface TableRows {
  readonly tables: readonly CatalogRow[];
  readonly columns: readonly CatalogRow[];
  readonly keys: readonly CatalogRow[];
  readonly views: readonly CatalogRow[];
}

export interface AssembledTables {
  readonly tables: readonly TableRecord[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Index into `tables` by oid. */
  readonly indexes: ReadonlyMap<string, number>;
}

interface Key extends BaseKey {
  readonly kind: string;
  readonly constraint: string;
  readonly referenced: BaseKey | undefined;
}

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

export function assembleTables(rows: TableRows): AssembledTables {
  const indexes = new Map(rows.tables.map((row, index) => [text(row, 0), index]));
  const columns = readColumns(rows.columns);
  const keys = rows.keys.map(readKey);
  const copies = new Map(rows.views.map((row) => [text(row, 0), copiedColumns(text(row, 1))]));
  const ends = new KeyEnds((relation) => indexes.has(relation), copies);

  const named = (key: ShownKey): readonly string[] =>
    key.columns.map((number) => columnNamed(columns.get(key.relation), number));
  const primaryKeys = readPrimaryKeys(keys, ends, named);

  const tables = rows.tables.map((row): TableRecord => {
    const can = integer(row, 5);
    const isPartition = flag(row, 6);
    return {
      schema: text(row, 1),
      name: text(row, 2),
      kind: isPartition ? 'partition' : (kinds[text(row, 3)] ?? 'table'),
      description: optionalText(row, 4),
      insertable: (can & INSERT) !== 0,
      updatable: (can & UPDATE) !== 0,
      deletable: (can & DELETE) !== 0,
      // Of a partition none is known: it is no junction.
      primaryKey: isPartition ? [] : [...(primaryKeys.get(text(row, 0)) ?? [])].sort(),
      columns: [...(columns.get(text(row, 0)) ?? new Map<number, Column>()).values()],
    };
  });
  return { tables, foreignKeys: readForeignKeys(keys, ends, named, indexes), indexes };
}

/** By relation's oid and column's number. */
function readColumns(rows: readonly CatalogRow[]): ReadonlyMap<string, ReadonlyMap<number, Column>> {
  const byRelation = new Map<string, Map<number, Column>>();
  for (const row of rows) {
    const relation = text(row, 0);
    let columns = byRelation.get(relation);
    if (columns === undefined) byRelation.set(relation, (columns = new Map()));
    columns.set(integer(row, 1), {
      name: text(row, 2),
      description: optionalText(row, 3),
      nullable: !flag(row, 4),
      nominalType: text(row, 5),
      baseType: text(row, 6),
      maxLength: optionalInteger(row, 7),
      defaultExpression: optionalText(row, 8),
      generated: flag(row, 9),
      enumValues: textList(row, 10),
    });
  }
  return byRelation;
}

function readKey(row: CatalogRow): Key {
  const referenced = optionalText(row, 4);
  return {
    kind: text(row, 0),
    relation: text(row, 1),
    constraint: text(row, 2),
    columns: integerList(row, 3),
    referenced: referenced === undefined ? undefined : { relation: referenced, columns: integerList(row, 5) },
  };
}

/** By relation's oid. Of several ways in which a view shows a key the first counts; a join shows several tables' keys. */
function readPrimaryKeys(
  keys: readonly Key[],
  ends: KeyEnds,
  named: (key: ShownKey) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const byRelation = new Map<string, Set<string>>();
  for (const key of keys) {
    if (key.kind !== 'p') continue;
    const seen = new Set<string>();
    for (const end of ends.shown(key)) {
      if (seen.has(end.relation)) continue;
      seen.add(end.relation);
      const names = byRelation.get(end.relation) ?? new Set();
      for (const name of named(end)) names.add(name);
      byRelation.set(end.relation, names);
    }
  }
  return byRelation;
}

function readForeignKeys(
  keys: readonly Key[],
  ends: KeyEnds,
  named: (key: ShownKey) => readonly string[],
  indexes: ReadonlyMap<string, number>,
): readonly ForeignKey[] {
  const unique = new Set(keys.filter((key) => key.kind !== 'f').map(columnSet));
  const toEnd = (key: ShownKey): KeyEnd => ({ table: indexOf(indexes, key.relation), columns: named(key) });
  const foreignKeys: ForeignKey[] = [];
  for (const key of keys) {
    if (key.referenced === undefined) continue;
    const origins = ends.shown(key).map(toEnd);
    if (origins.length === 0) continue;
    const targets = ends.shown(key.referenced).map(toEnd);
    if (targets.length === 0) continue;
    foreignKeys.push({ constraint: key.constraint, oneToOne: unique.has(columnSet(key)), origins, targets });
  }
  return foreignKeys;
}

/** Equal for keys of one relation over the same columns in any order. */
function columnSet(key: BaseKey): string {
  return `${key.relation}:${[...key.columns].sort((left, right) => left - right).join()}`;
}

function columnNamed(columns: ReadonlyMap<number, Column> | undefined, number: number): string {
  const column = columns?.get(number);
  if (column === undefined) throw new InternalError(`column ${number} of a key is not there`);
  return column.name;
}

function indexOf(indexes: ReadonlyMap<string, number>, relation: string): number {
  const index = indexes.get(relation);
  if (index === undefined) throw new InternalError(`relation ${relation} is not exposed`);
  return index;
}
