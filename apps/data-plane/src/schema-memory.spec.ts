import type { SchemaCache } from '@perch/engine';
import { noDatabaseConfig } from './database-config.js';
import { SchemaMemory, type KnownSchema } from './schema-memory.js';

const schema = (contentHash: string): KnownSchema => ({
  cache: { contentHash } as SchemaCache,
  version: undefined,
  snapshotVersion: 1,
  config: noDatabaseConfig,
});

describe('schemas in memory', () => {
  it('are held once when they are equal, and let go with the last who has them', () => {
    const memory = new SchemaMemory({});
    const one = schema('one');
    memory.set('a', one, 10);
    memory.set('b', one, 10);
    expect(memory.sharedBy('one')).toBe(one.cache);
    memory.delete('a');
    expect(memory.sharedBy('one')).toBe(one.cache);
    memory.set('b', schema('two'), 10);
    expect(memory.sharedBy('one')).toBeUndefined();
    memory.delete('b');
    expect(memory.sharedBy('two')).toBeUndefined();
  });

  it('stay when they are read again as they were', () => {
    const memory = new SchemaMemory({});
    memory.set('a', schema('one'), 10);
    memory.set('a', schema('one'), 10);
    expect(memory.sharedBy('one')).toBeDefined();
    memory.delete('a');
    expect(memory.sharedBy('one')).toBeUndefined();
  });

  it('of those who were not asked for longest go when there is too much, equal ones counted once', () => {
    const memory = new SchemaMemory({ maxBytes: 100 });
    const held = () => ['a', 'b', 'c', 'd'].filter((key) => memory.peek(key) !== undefined).join('');
    memory.set('a', schema('one'), 15);
    memory.set('b', schema('one'), 15);
    memory.set('c', schema('two'), 15);
    expect(held()).toBe('abc');
    memory.get('a');
    memory.set('d', schema('three'), 15);
    expect(held()).toBe('ad');
    memory.set('b', schema('huge'), 1_000);
    expect(held()).toBe('b');
  });

  it('are no more than so many', () => {
    const gone: string[] = [];
    const memory = new SchemaMemory({ maxTenants: 1, onLetGo: (key) => void gone.push(key) });
    memory.set('a', schema('one'), 1);
    memory.set('a', schema('two'), 1);
    expect(gone).toEqual([]);
    memory.set('b', schema('three'), 1);
    expect([memory.peek('a'), memory.sharedBy('two'), gone]).toEqual([undefined, undefined, ['a']]);
    memory.delete('b');
    expect(gone).toEqual(['a', 'b']);
  });
});
