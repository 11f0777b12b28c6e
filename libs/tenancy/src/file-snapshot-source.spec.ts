import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Jwks } from '@perch/contract';
import type { Observation } from '@perch/observability';
import { createFileSnapshotSource, type FileSnapshotSourceOptions } from './file-snapshot-source.js';
import type { KeySetEvents, KeySets } from './key-sets.js';
import type { SnapshotSource } from './snapshot-source.js';
import { TenantsFileError } from './tenancy-error.js';

const base = { name: 'base', hostnames: ['base.example'], database_url: 'postgres://a@b/c' };
const keySet = (kid: string): Jwks => ({ keys: [{ kty: 'OKP', kid }] });

class FakeKeySets implements KeySets {
  readonly reported: string[] = [];
  watched: readonly string[] = [];
  readonly #sets = new Map<string, Jwks>();
  constructor(readonly events: KeySetEvents) {}
  arrive(url: string, jwks: Jwks) {
    this.#sets.set(url, jwks);
    this.events.onKeys(url, jwks);
  }
  watch = async (urls: readonly string[]) => void (this.watched = urls);
  get = (url: string) => this.#sets.get(url);
  unknownKid = (url: string) => void this.reported.push(url);
  close = () => undefined;
}

describe('createFileSnapshotSource', () => {
  let keySets: FakeKeySets;
  let directory: string;
  let file: string;
  let notes: Observation[];
  let heard: unknown[];
  const sources: SnapshotSource[] = [];
  const listener = {
    changed: (key: string, version: number) => void heard.push([key, version]),
    removed: (key: string) => void heard.push([key, undefined]),
    resync: () => void heard.push('resync'),
    connected: (isConnected: boolean) => void heard.push(isConnected),
  };
  const make = (options: Partial<FileSnapshotSourceOptions> = {}) => {
    const source = createFileSnapshotSource({
      checkRoleClaimKey: () => undefined,
      path: file,
      observer: { note: (note) => void notes.push(note) },
      createKeySets: (events) => (keySets = new FakeKeySets(events)),
      pollIntervalMs: 20,
      ...options,
    });
    sources.push(source);
    return source;
  };
  const write = (tenants: unknown) =>
    fs.writeFile(file, typeof tenants === 'string' ? tenants : JSON.stringify(tenants));
  const until = async (condition: () => boolean) => {
    for (let waited = 0; !condition(); waited += 5) {
      if (waited > 5_000) throw new Error(`still not: ${condition.toString()}`);
      await sleep(5);
    }
  };

  beforeEach(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-tenants-'));
    file = path.join(directory, 'tenants.json');
    notes = [];
    heard = [];
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.stop();
    await fs.rm(directory, { recursive: true });
  });

  it('serves what the file says', async () => {
    await write([{ ...base, path_prefix: '/app', settings: { db_schemas: 'a,b', db_anon_role: null, pool_size: 3 } }]);
    const source = make();
    await source.start(listener);
    expect(source.locate('base.example:4100', '/app/x')).toEqual({ key: 'base', prefix: '/app', path: '/x' });
    expect(await source.fetch('base')).toMatchObject({
      key: 'base',
      version: 1,
      status: 'active',
      database_url: 'postgres://a@b/c',
      settings: { db_schemas: ['a', 'b'], db_anon_role: null, pool_size: 3, db_tx_end: 'commit' },
      jwt: { audience_required: false },
    });
    expect(await source.fetch('other')).toEqual({ absentUpTo: Infinity });
    expect(heard).toEqual([['base', 1], true]);
  });

  it('does not start with a file that is missing or wrong', async () => {
    await expect(make().start(listener)).rejects.toBeInstanceOf(TenantsFileError);
    await write([{ ...base, settings: { nonsense: 1 } }]);
    await expect(make().start(listener)).rejects.toMatchObject({
      problems: ["tenant 'base': settings: unknown setting 'nonsense'"],
    });
  });

  it.each<[string, (tenants: unknown) => Promise<void>]>([
    ['written in place', (tenants) => fs.writeFile(file, JSON.stringify(tenants))],
    [
      'renamed over, as editors do',
      async (tenants) => {
        await fs.writeFile(`${file}~`, JSON.stringify(tenants));
        await fs.rename(`${file}~`, file);
      },
    ],
    [
      'removed and made again',
      async (tenants) => {
        await fs.rm(file);
        await sleep(80);
        await fs.writeFile(file, JSON.stringify(tenants));
      },
    ],
  ])('takes over a file that is %s', async (_name, replace) => {
    await write([base, { ...base, name: 'gone', hostnames: ['gone.example'] }]);
    const source = make();
    await source.start(listener);
    heard = [];
    await replace([
      { ...base, settings: { pool_size: 2 } },
      { ...base, name: 'new', hostnames: ['new.example'] },
    ]);
    await until(() => heard.length >= 3);
    expect(heard).toEqual([
      ['base', 2],
      ['new', 1],
      ['gone', undefined],
    ]);
    expect(await source.fetch('base')).toMatchObject({ version: 2, settings: { pool_size: 2 } });
    expect(source.locate('gone.example', '/')).toBeUndefined();
    expect(source.locate('new.example', '/')).toMatchObject({ key: 'new' });
  });

  it('follows a link that is pointed elsewhere, as mounted configuration is', async () => {
    const real = path.join(directory, 'v1');
    await fs.mkdir(real);
    await fs.writeFile(path.join(real, 'tenants.json'), JSON.stringify([base]));
    await fs.symlink('v1', path.join(directory, 'data'));
    await fs.symlink('data/tenants.json', file);
    const source = make();
    await source.start(listener);
    await fs.mkdir(path.join(directory, 'v2'));
    await fs.writeFile(
      path.join(directory, 'v2', 'tenants.json'),
      JSON.stringify([{ ...base, settings: { pool_size: 2 } }]),
    );
    await fs.symlink('v2', path.join(directory, 'data2'));
    await fs.rename(path.join(directory, 'data2'), path.join(directory, 'data'));
    await until(() => heard.length >= 3);
    expect(await source.fetch('base')).toMatchObject({ settings: { pool_size: 2 } });
  });

  it('keeps the old file when the new one is bad, says every problem, and takes the next good one', async () => {
    await write([base]);
    const source = make();
    await source.start(listener);
    await write([{ ...base, settings: { a: 1, b: 2 } }]);
    await until(() => notes.some(({ kind }) => kind === 'tenants-file-refused'));
    expect(notes.find(({ kind }) => kind === 'tenants-file-refused')).toMatchObject({
      problems: ["tenant 'base': settings: unknown setting 'a'", "tenant 'base': settings: unknown setting 'b'"],
    });
    expect(await source.fetch('base')).toMatchObject({ version: 1 });
    await write([{ ...base, settings: { pool_size: 9 } }]);
    await until(() => heard.length >= 3);
    expect(await source.fetch('base')).toMatchObject({ version: 2, settings: { pool_size: 9 } });
  });

  it('keeps the version of a tenant that did not change, and never goes back', async () => {
    await write([base]);
    const source = make();
    await source.start(listener);
    const first = await source.fetch('base');
    await write([base, { ...base, name: 'b', hostnames: ['b'] }]);
    await until(() => heard.length >= 3);
    expect(await source.fetch('base')).toBe(first);
    await write([]);
    await until(() => heard.length >= 5);
    await write([base]);
    await until(() => heard.length >= 6);
    expect(await source.fetch('base')).toMatchObject({ version: 2 });
  });

  describe('with a jwks_url', () => {
    const url = 'https://issuer.example/jwks';
    const withUrl = { ...base, jwt: { jwks: keySet('inline'), jwks_url: url } };
    const kidsOf = async (source: SnapshotSource) => {
      const answer = await source.fetch('base');
      return 'jwt' in answer ? answer.jwt.jwks.keys.map(({ kid }) => kid) : undefined;
    };

    it('adds the fetched keys to the inline ones, whenever they come', async () => {
      await write([withUrl]);
      const source = make();
      await source.start(listener);
      expect(await kidsOf(source)).toEqual(['inline']);
      keySets.arrive(url, keySet('fetched'));
      expect(await kidsOf(source)).toEqual(['inline', 'fetched']);
      expect(heard.at(-1)).toEqual(['base', 2]);
      keySets.events.onError(url, new Error('the issuer is away'));
      expect(await kidsOf(source)).toEqual(['inline', 'fetched']);
      expect(notes).toContainEqual({ kind: 'jwks-fetch-failed', tenant: 'base', reason: 'the issuer is away' });
    });

    it('watches what the file names, and no more', async () => {
      await write([withUrl]);
      await make().start(listener);
      expect(keySets.watched).toEqual([url]);
      await write([base]);
      await until(() => keySets.watched.length === 0);
    });

    it('passes an unknown key id on', async () => {
      await write([withUrl]);
      const source = make();
      await source.start(listener);
      source.reportUnknownKid('base');
      source.reportUnknownKid('nobody');
      expect(keySets.reported).toEqual([url]);
    });
  });
});
