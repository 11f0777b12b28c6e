/** A schema's document in, the lookups over it out. What is derived is derived when first asked for, and kept. */
import { identifierKey, type QualifiedIdentifier } from '../identifiers.js';
import { atOnce, groupsInSlices, type Slices } from '../slices.js';
import { ColumnFactory } from './column-factory.js';
import { RelationshipDeriver } from './derive-relationships.js';
import type { MediaHandler, MediaHandlers } from './media-handler.js';
import { compareOverloads } from './overload-order.js';
import type { Relationship } from './relationship.js';
import type { SchemaCache } from './schema-cache.js';
import { sizeOfTable, type MediaHandlerRecord, type SchemaSnapshot } from './schema-snapshot.js';
import type { Routine } from './routine.js';
import type { Table } from './table.js';

/** Relationships of one origin to one schema: all, and by every name that may mean them. */
interface Reach {
  readonly all: readonly Relationship[];
  readonly byName: ReadonlyMap<string, readonly Relationship[]>;
}

const nothingReached: Reach = { all: [], byName: new Map() };
const noHandlers: MediaHandlers = new Map();
/** Tables that take some milliseconds in each step. */
const largeTables = 1_000;

/** For a schema that is not large. */
export function createSchemaCache(snapshot: SchemaSnapshot): SchemaCache {
  return atOnce(schemaCacheSlices(snapshot));
}

export function* schemaCacheSlices({ contentHash, content }: SchemaSnapshot): Slices<SchemaCache> {
  const columns = new ColumnFactory();
  const tables: Table[] = [];
  yield* groupsInSlices(content.tables, sizeOfTable, (records) => {
    for (const record of records) {
      const compact = record.columns.map((column) => columns.compact(column));
      tables.push({ ...record, columns: new Map(compact.map((column) => [column.name, column])) });
    }
  });
  const isLarge = tables.length > largeTables;
  const tableIndexes = new Map(tables.map((table, index) => [identifierKey(table), index]));
  const isTable = ({ kind }: Table) => kind !== 'partition';
  const tablesBySchema = groupBy(tables.filter(isTable), (table) => table.schema);
  if (isLarge) yield;
  const routines = groupBy(content.routines, identifierKey);
  for (const overloads of routines.values()) if (overloads.length > 1) overloads.sort(compareOverloads);
  const routineNames = new Map<string, string[]>();
  for (const [first] of routines.values()) {
    if (first !== undefined) append(routineNames, first.schema, first.name);
  }
  const schemas = new Map(content.schemas.map((schema) => [schema.name, schema.description]));
  const representations = new Map(content.representations.map((one) => [one.domain, one]));
  const roles = new Map(content.roles.map((role) => [role.name, role]));
  const handlers = indexHandlers(content.mediaHandlers);

  if (isLarge) yield;
  const deriver = new RelationshipDeriver(tables, content);
  const reaches = new Map<number, ReadonlyMap<string, Reach>>();
  const reachOf = (origin: QualifiedIdentifier, targetSchema: string): Reach => {
    const index = tableIndexes.get(identifierKey(origin));
    if (index === undefined) return nothingReached;
    let reach = reaches.get(index);
    if (reach === undefined) reaches.set(index, (reach = indexReach(deriver.relationshipsOf(index))));
    return reach.get(targetSchema) ?? nothingReached;
  };

  return {
    contentHash,
    serverVersion: content.serverVersion,
    readOnlyByDefault: content.readOnlyByDefault,
    schemaDescription: (schema) => schemas.get(schema),
    table: (name) => {
      const found = tables[tableIndexes.get(identifierKey(name)) ?? -1];
      return found !== undefined && isTable(found) ? found : undefined;
    },
    tables: (schema) => tablesBySchema.get(schema) ?? [],
    relationships: (origin, targetSchema) => reachOf(origin, targetSchema).all,
    isRelated: (origin, targetSchema) => {
      const index = tableIndexes.get(identifierKey(origin));
      return index !== undefined && deriver.reaches(index, targetSchema);
    },
    relationshipsNamed: (origin, targetSchema, name) => reachOf(origin, targetSchema).byName.get(name) ?? [],
    routines: (name): readonly Routine[] => routines.get(identifierKey(name)) ?? [],
    routineNames: (schema) => routineNames.get(schema) ?? [],
    representation: (nominalType) => representations.get(nominalType),
    tableMediaHandlers: (table) => handlers.byTable.get(identifierKey(table)) ?? noHandlers,
    anyRowMediaHandlers: handlers.anyRow,
    routineMediaHandlers: (routine) => handlers.byRoutine.get(identifierKey(routine)) ?? noHandlers,
    role: (name) => roles.get(name),
  };
}

function indexReach(relationships: readonly Relationship[]): ReadonlyMap<string, Reach> {
  // A computed relationship is found where its function is, wherever the rows are from.
  const bySchema = groupBy(relationships, (relationship) =>
    relationship.kind === 'computed' ? relationship.function.schema : relationship.target.schema,
  );
  return new Map(
    [...bySchema].map(([schema, all]): [string, Reach] => {
      const byName = new Map<string, Relationship[]>();
      for (const relationship of all) {
        for (const name of namesOf(relationship)) append(byName, name, relationship);
      }
      return [schema, { all, byName }];
    }),
  );
}

function namesOf(relationship: Relationship): ReadonlySet<string> {
  switch (relationship.kind) {
    case 'computed':
      return new Set([relationship.function.name]);
    case 'many-to-many':
      return new Set([relationship.target.name]);
    case 'foreign-key': {
      const columns = relationship.columns.length === 1 ? relationship.columns.flat() : [];
      return new Set([relationship.target.name, relationship.constraint, ...columns]);
    }
  }
}

function indexHandlers(records: readonly MediaHandlerRecord[]) {
  const byTable = new Map<string, Map<string, MediaHandler>>();
  const byRoutine = new Map<string, Map<string, MediaHandler>>();
  const anyRow = new Map<string, MediaHandler>();
  for (const { table, ...handler } of records) {
    if (handler.kind === 'function') put(byRoutine, identifierKey(handler.routine), handler);
    else if (table === undefined) anyRow.set(handler.mediaType, handler);
    else put(byTable, identifierKey(table), handler);
  }
  return { byTable, byRoutine, anyRow };
}

function put(map: Map<string, Map<string, MediaHandler>>, key: string, handler: MediaHandler): void {
  const handlers = map.get(key) ?? new Map<string, MediaHandler>();
  handlers.set(handler.mediaType, handler);
  map.set(key, handlers);
}

function groupBy<V>(values: readonly V[], keyOf: (value: V) => string): ReadonlyMap<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const value of values) append(groups, keyOf(value), value);
  return groups;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
