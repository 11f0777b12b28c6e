import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createComputes } from '../computes.js';
import type { ComputeContents, LocalCompute } from '../compute.js';
import { findFreePort } from '../embedded/free-port.js';
import { authorityCertificatePath } from '../tls/certificate-authority.js';
import { stopLocalComputes } from './stop-local-computes.js';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-local-'));
const contents: ComputeContents = { roles: [], databases: [{ name: 'app "db"', ownerName: 'app_owner' }] };
let compute: LocalCompute;

beforeAll(async () => {
  compute = {
    kind: 'local',
    endpointId: 'ep-still-water-a1b2c3d4',
    port: await findFreePort(),
    superuserPassword: 'private',
    owner: { role: 'app_owner', password: 'owned' },
  };
});
const adapter = () => createComputes({ home }).open(compute);

afterAll(async () => {
  await adapter().destroy();
  fs.rmSync(home, { recursive: true, force: true });
});

async function ask(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('the local compute', () => {
  it('is missing before it is created, and cannot be started', async () => {
    expect(await adapter().status()).toEqual({ kind: 'missing' });
    await expect(adapter().start()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is created once, whoever asks at the same time', async () => {
    const own = path.join(home, 'endpoints', compute.endpointId);
    // An initdb that was killed.
    fs.mkdirSync(path.join(own, '.initdb-abcdef', 'data'), { recursive: true });
    await Promise.all([adapter().create(contents), adapter().create(contents)]);
    expect(fs.readdirSync(own)).toEqual(['data']);
    expect(await adapter().status()).toEqual({ kind: 'active' });
    const url = adapter().ownerUrl('app "db"');
    expect(await ask(url, 'select current_user::text, inet_server_port()')).toEqual([['app_owner', compute.port]]);
    expect(await ask(url, "select pg_get_userbyid(datdba)::text from pg_database where datname like 'app%'")).toEqual([
      ['app_owner'],
    ]);
  });

  it("speaks TLS with a certificate of the home's own authority, and without", async () => {
    const url = adapter().ownerUrl('app "db"');
    const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    expect(await ask(url, sql)).toEqual([[false]]);
    const trusted = encodeURIComponent(authorityCertificatePath(home));
    expect(await ask(`${url}?sslmode=verify-full&sslrootcert=${trusted}`, sql)).toEqual([[true]]);
    await expect(ask(`${url}?sslmode=verify-full`, sql)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('gives the owner no more than it needs', async () => {
    const sql =
      'select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication from pg_roles where rolname = current_user';
    expect(await ask(adapter().ownerUrl('app "db"'), sql)).toEqual([[false, true, true, false, false]]);
    const shell = ask(adapter().ownerUrl('app "db"'), "copy (select 1) to program 'true'");
    await expect(shell).rejects.toMatchObject({ code: '42501' });
    expect(await ask(adapter().superuserUrl('postgres') ?? '', sql)).toEqual([[true, true, true, true, true]]);
  });

  it('keeps data, port and passwords over a suspension', async () => {
    await ask(adapter().ownerUrl('app "db"'), 'create table kept as select 7 as n');
    await adapter().suspend();
    await adapter().suspend();
    expect(await adapter().status()).toEqual({ kind: 'idle' });
    await Promise.all([adapter().start(), adapter().start()]);
    expect(await ask(adapter().ownerUrl('app "db"'), 'select n from kept')).toEqual([[7]]);
  });

  it('adds roles and databases to what is there', async () => {
    const more: ComputeContents = {
      roles: [{ name: 'second', password: 'two', noLogin: false }],
      databases: [...contents.databases, { name: 'other', ownerName: 'second' }],
    };
    await adapter().apply(more);
    await adapter().apply(more);
    const url = adapter().roleUrl({ role: 'second', password: 'two' }, 'other');
    expect(await ask(url, 'select current_user::text')).toEqual([['second']]);
    expect(await ask(adapter().ownerUrl('app "db"'), 'select n from kept')).toEqual([[7]]);
  });

  it('is found and stopped without any password', async () => {
    await stopLocalComputes(home);
    await stopLocalComputes(home);
    expect(await adapter().status()).toEqual({ kind: 'idle' });
    await expect(stopLocalComputes(path.join(home, 'nowhere'))).resolves.toBeUndefined();
  });

  it('is gone with its data when it is destroyed, as often as one likes, and with what was left of an attempt', async () => {
    await adapter().destroy();
    fs.mkdirSync(path.join(home, 'endpoints', `${compute.endpointId}.gone`, 'data'), { recursive: true });
    await adapter().destroy();
    expect(await adapter().status()).toEqual({ kind: 'missing' });
    expect(fs.readdirSync(path.join(home, 'endpoints'))).toEqual([]);
  });
});
