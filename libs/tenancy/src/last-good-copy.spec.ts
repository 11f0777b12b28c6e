import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Observation } from '@perch/observability';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { createLastGoodCopies } from './last-good-copy.js';

const snapshot = tenantSnapshot({
  key: 'ep-calm-lake-a1b2c3d4/app',
  version: 7,
  path_prefix: '/app/rest/v1',
  database_url: 'postgres://login:hush-hush@db/app',
});

describe('last good copies', () => {
  let directory: string;
  let notes: Observation[];
  const copies = (fleetToken = 'a fleet token of ours') =>
    createLastGoodCopies({ directory, fleetToken, observer: { note: (note) => void notes.push(note) } });

  beforeEach(async () => {
    notes = [];
    directory = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'perch-copies-')), 'deep', 'er');
  });
  afterEach(() => fs.rm(path.dirname(path.dirname(directory)), { recursive: true }));
  const onlyFile = async () => path.join(directory, (await fs.readdir(directory))[0] ?? '');

  it('come back after a restart as they were, the last one written', async () => {
    const first = copies();
    void first.write({ ...snapshot, version: 6 });
    await first.write(snapshot);
    expect(await copies().read(snapshot.key)).toEqual(snapshot);
    expect(await fs.readdir(directory)).toHaveLength(1);
    expect(notes).toEqual([]);
  });

  it('hold no readable secret and are for their owner only', async () => {
    await copies().write(snapshot);
    const file = await onlyFile();
    expect((await fs.readFile(file)).toString('latin1')).not.toContain('hush');
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['cut short', (file) => fs.truncate(file, 20)],
    ['empty', (file) => fs.truncate(file, 0)],
    ['changed', async (file) => fs.writeFile(file, (await fs.readFile(file)).fill(1, 60, 61))],
    ['of another format', async (file) => fs.writeFile(file, (await fs.readFile(file)).fill('2', 15, 16))],
    ['no copy at all', (file) => fs.writeFile(file, 'PERCH-SNAPSHOT-1\nplain text of somebody')],
  ])('that are %s are ignored, and that is said', async (_name, damage) => {
    await copies().write(snapshot);
    await damage(await onlyFile());
    expect(await copies().read(snapshot.key)).toBeUndefined();
    expect(notes).toEqual([expect.objectContaining({ kind: 'disk-copy-ignored', tenant: snapshot.key })]);
    expect(JSON.stringify(notes)).not.toContain('hush');
  });

  it('are nobody else`s: another token or another tenant`s file opens nothing', async () => {
    await copies().write(snapshot);
    expect(await copies('another fleet token').read(snapshot.key)).toBeUndefined();
    await copies().write({ ...snapshot, key: 'ep-calm-lake-a1b2c3d4/other' });
    const files = (await fs.readdir(directory)).map((name) => path.join(directory, name));
    const [a = '', b = ''] = files;
    await fs.copyFile(a, `${a}.kept`);
    await fs.copyFile(b, a);
    await fs.copyFile(`${a}.kept`, b);
    expect(await copies().read(snapshot.key)).toBeUndefined();
    expect(notes).toHaveLength(2);
  });

  it('are missing without a word, and can be removed', async () => {
    expect(await copies().read('nobody/here')).toBeUndefined();
    const kept = copies();
    await kept.write(snapshot);
    expect([kept.has(snapshot.key), copies().has(snapshot.key), kept.has('nobody/here')]).toEqual([true, true, false]);
    void kept.write(snapshot);
    await kept.remove(snapshot.key);
    expect(await kept.read(snapshot.key)).toBeUndefined();
    expect([kept.has(snapshot.key), await fs.readdir(directory)]).toEqual([false, []]);
    expect(notes).toEqual([]);
  });

  it('that cannot be written are said so, and nothing else happens', async () => {
    await fs.mkdir(path.dirname(directory), { recursive: true });
    await fs.writeFile(directory, 'a file where the directory should be');
    await copies().write(snapshot);
    expect(notes).toEqual([expect.objectContaining({ kind: 'disk-copy-failed', tenant: snapshot.key })]);
  });
});
