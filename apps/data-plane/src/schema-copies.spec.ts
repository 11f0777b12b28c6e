import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { postgrestDefaults, type TenantSnapshot } from '@perch/contract';
import { inTurns, snapshotTextSlices, type SchemaSnapshot } from '@perch/engine';
import type { Observation } from '@perch/observability';
import { emptySchema } from '../../../tools/testing/empty-schema.js';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { ActiveTenants } from './active-tenant.js';
import { createSchemaCopies, type ReadSchema } from './schema-copies.js';

const snapshot = tenantSnapshot({
  version: 7,
  database_url: 'postgres://login:password@db/app',
  settings: postgrestDefaults,
});
const tenantOf = (change: Partial<TenantSnapshot> = {}) => new ActiveTenants().of({ ...snapshot, ...change }, '');

const content: SchemaSnapshot['content'] = {
  ...emptySchema,
  schemas: [{ name: 'hidden-name', description: undefined }],
};
const contentHash = createHash('sha256')
  .update(`${JSON.stringify(content)}\n`)
  .digest('hex');
const text = await inTurns(snapshotTextSlices({ contentHash, content }));
const read: ReadSchema = {
  version: { kind: 'counted', text: '12:3' },
  catalog: 'sums',
  schemas: ['public'],
  extraSearchPath: ['kit'],
  contentHash,
  text,
};

describe('copies of schemas', () => {
  let directory: string;
  let notes: Observation[];
  const copies = (fleetToken: string | undefined = 'a fleet token of ours') =>
    createSchemaCopies({ directory, fleetToken, observer: { note: (note) => void notes.push(note) } });

  beforeEach(async () => {
    notes = [];
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-schemas-'));
  });
  afterEach(() => fs.rm(directory, { recursive: true }));
  const onlyFile = async () => path.join(directory, (await fs.readdir(directory))[0] ?? '');

  it('come back after a restart as they were written', async () => {
    await copies().write(tenantOf(), read);
    const copy = await copies().read(tenantOf());
    const { text: _text, ...head } = read;
    expect(copy).toMatchObject({ ...head, snapshotVersion: 7 });
    expect(await copy?.document()).toEqual({ snapshot: { contentHash, content }, characters: text.length });
    expect((await fs.readFile(await onlyFile())).toString('latin1')).not.toContain('hidden');
    expect(notes).toEqual([]);
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['cut short', (file) => fs.truncate(file, 40)],
    ['changed', async (file) => fs.writeFile(file, (await fs.readFile(file)).fill(1, 60, 61))],
    ['of another format', async (file) => fs.writeFile(file, (await fs.readFile(file)).fill('2', 13, 14))],
  ])('that are %s are ignored, and that is said', async (_name, damage) => {
    await copies().write(tenantOf(), read);
    await damage(await onlyFile());
    expect(await copies().read(tenantOf())).toBeUndefined();
    expect(notes).toEqual([expect.objectContaining({ kind: 'disk-copy-ignored', tenant: 'a/b' })]);
  });

  it('of a document that this release does not understand have none', async () => {
    await copies().write(tenantOf(), { ...read, text: text.replace(/^\d+/, '0') });
    expect(await (await copies().read(tenantOf()))?.document()).toBeUndefined();
  });

  it('are sealed with the database URL where there is no fleet token', async () => {
    const ofFile = createSchemaCopies({ directory, fleetToken: undefined, observer: { note: () => undefined } });
    await ofFile.write(tenantOf(), read);
    expect(await ofFile.read(tenantOf())).toMatchObject({ contentHash });
    expect(await ofFile.read(tenantOf({ database_url: 'postgres://login:other@db/app' }))).toBeUndefined();
    expect(await copies().read(tenantOf())).toBeUndefined();
  });
});
