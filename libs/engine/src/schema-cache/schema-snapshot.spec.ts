import { filmWorld } from '../../test/fixtures/schema-cache.js';
import { atOnce } from '../slices.js';
import { createSchemaCache } from './create-schema-cache.js';
import { createSchemaSnapshot, parsedSnapshotSlices, snapshotTextSlices } from './schema-snapshot.js';

describe('a schema as a document', () => {
  const snapshot = createSchemaSnapshot(filmWorld);
  const text = atOnce(snapshotTextSlices(snapshot));

  test('is read as it was written', () => {
    const read = atOnce(parsedSnapshotSlices(text));
    expect(read).toEqual(snapshot);
    expect(read && createSchemaCache(read).table({ schema: 'api', name: 'films' })?.columns.size).toBe(11);
  });

  test.each([
    ['empty', ''],
    ['cut short', text.slice(0, -1)],
    ['changed', text.replace('"films"', '"filmz"')],
    ['of another release', text.replace(/^\d+/, '0')],
    ['something else', '{}'],
  ])('is nothing when it is %s', (_, broken) => {
    expect(atOnce(parsedSnapshotSlices(broken))).toBeUndefined();
  });

  test('its hash is of its content alone', () => {
    expect(createSchemaSnapshot(structuredClone(filmWorld)).contentHash).toBe(snapshot.contentHash);
    expect(createSchemaSnapshot({ ...filmWorld, roles: [] }).contentHash).not.toBe(snapshot.contentHash);
  });
});
