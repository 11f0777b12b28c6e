/** Threat: a schema of a hundred thousand columns that keeps everybody else of the process waiting while it is read. */
import { filmWorld } from '../../test/fixtures/schema-cache.js';
import { turnsDuring } from '../../../../tools/testing/turns-during.js';
import { atOnce, inTurns, type Slices } from '../slices.js';
import { assembleTables, type TableRows } from './assemble-tables.js';
import { createSchemaCache, schemaCacheSlices } from './create-schema-cache.js';
import { createSchemaSnapshot, parsedSnapshotSlices, snapshotSlices, snapshotTextSlices } from './schema-snapshot.js';
import { Types } from './types.js';

const many = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
const column = (table: number, number: number) =>
  [table, number, `c${number}`, 'f', '25', '-1', 'text', 'text', 'f', 'f', null].map(
    (field) => field?.toString() ?? null,
  );
const rows: TableRows = {
  relations: many(2_000, (at) => [`${at}`, '1', `t${at}`, 'r', `9${at}`, 'f', '0']),
  columns: many(2_000, (at) => many(10, (number) => column(at, number + 1))).flat(),
  relationComments: [],
  keys: many(2_000, (at) => ['p', `${at}`, `t${at}_pkey`, '{1}', null, null]),
  views: [],
};
const tablesOf = () => assembleTables(rows, new Map([['1', 'api']]), new Types([], []));

describe('a schema of many columns', () => {
  const { tables, foreignKeys } = atOnce(tablesOf());
  const snapshot = createSchemaSnapshot({ ...filmWorld, tables, foreignKeys });
  const text = atOnce(snapshotTextSlices(snapshot));

  test.each<[string, () => Slices<unknown>]>([
    ['assembled', tablesOf],
    ['hashed', () => snapshotSlices(snapshot.content)],
    ['written', () => snapshotTextSlices(snapshot)],
    ['parsed', () => parsedSnapshotSlices(text)],
    ['looked up', () => schemaCacheSlices(snapshot)],
  ])('is %s with others having their turn in between', async (_, slices) => {
    expect(await turnsDuring(inTurns(slices()))).toBeGreaterThan(5);
  });

  test('is the same in slices', () => {
    expect(tables).toHaveLength(2_000);
    expect(atOnce(parsedSnapshotSlices(text))).toEqual(snapshot);
    expect(createSchemaCache(snapshot).tables('api')).toHaveLength(2_000);
  });
});

test('a small schema is no reason to wait', () => {
  const snapshot = createSchemaSnapshot(filmWorld);
  expect(schemaCacheSlices(snapshot).next().done).toBe(true);
  expect(snapshotTextSlices(snapshot).next().done).toBe(true);
});
