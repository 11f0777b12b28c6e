/** Promise: data APIs of several branches live in one cluster, each in a database of its own, and none uses or disturbs the roles of another. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../../compute/src/embedded/free-port.js';
import { createTestCluster } from '../../../tools/testing/test-cluster.js';
import { deprovision } from './deprovision.js';
import { groupRoleName, type ProvisioningSpec } from './provisioning-spec.js';
import { runDatabaseAdvisors } from './advisors/run-advisors.js';
import { createLogin, runProvisioning } from './run-provisioning.js';

interface Cluster {
  /** Connection URL as superuser. */
  url(database: string): string;
  drop(): Promise<void>;
}

/** Not on every machine. */
const olderBinaries = '/usr/lib/postgresql/15/bin';
const hasOlder = fs.existsSync(path.join(olderBinaries, 'initdb'));

const servers: readonly [name: string, start: (() => Promise<Cluster>) | undefined][] = [
  ['the newest PostgreSQL', () => createTestCluster()],
  [
    hasOlder ? 'PostgreSQL 15' : `PostgreSQL 15 (skipped: ${olderBinaries} is not there)`,
    hasOlder ? startOlder : undefined,
  ],
];

for (const [name, start] of servers) {
  const describeServer = start === undefined ? describe.skip : describe;
  const isOld = start === startOlder;

  describeServer(`on ${name}`, () => {
    let cluster: Cluster;
    const open: pg.Client[] = [];
    const connect = async (database: string, user: string, password: string) => {
      const url = new URL(cluster.url(database));
      Object.assign(url, { username: user, password });
      const client = new pg.Client({ connectionString: url.href });
      client.on('error', () => {});
      await client.connect();
      open.push(client);
      return client;
    };
    const ask = async (database: string, ...statements: readonly string[]) => {
      const client = new pg.Client({ connectionString: cluster.url(database) });
      await client.connect();
      let rows: readonly unknown[] = [];
      for (const text of statements) rows = (await client.query({ text, rowMode: 'array' })).rows;
      await client.end();
      return rows;
    };
    const specOf = (endpoint: string): ProvisioningSpec => ({
      groupRole: groupRoleName('attached', endpoint),
      loginRole: `login_${endpoint}`,
      loginPassword: 'login',
      loginVerifier: 'login',
      schemas: ['public'],
      anonymousRole: 'anonymous',
      addDefaultGrants: true,
      addAnonymousGrants: false,
      skipAuthSchema: false,
    });
    const provision = async (endpoint: string, database: string, owner: string) =>
      runProvisioning(specOf(endpoint), { owner: await connect(database, owner, 'own') }, async () => undefined);
    const loginOf = (endpoint: string, database: string) => connect(database, `login_${endpoint}`, 'login');
    /** Who is whose member, and who may log in. */
    const rolesOf = (endpoint: string) =>
      ask(
        'postgres',
        `select r.rolname::text, m.rolname::text, m.rolcanlogin from pg_auth_members am
           join pg_roles r on r.oid = am.roleid join pg_roles m on m.oid = am.member
          where r.rolname like '%${endpoint}' or m.rolname like '%${endpoint}' order by 1, 2`,
      );

    beforeAll(async () => {
      cluster = await (start ?? createTestCluster)();
      await ask(
        'postgres',
        "create role owner_a login createrole password 'own'",
        "create role owner_b login createrole password 'own'",
        'create database a1 owner owner_a',
        'create database a2 owner owner_a',
        'create database b owner owner_b',
      );
    }, 120_000);
    afterEach(async () => {
      await Promise.all(open.splice(0).map((client) => client.end()));
    });
    afterAll(() => cluster?.drop());

    test('a role that is granted to one data API cannot be had through another', async () => {
      const found = await provision('ep-1', 'a1', 'owner_a');
      await provision('ep-2', 'a2', 'owner_a');
      const owner = await connect('a1', 'owner_a', 'own');
      await owner.query(`create role team nologin; grant team to ${pg.escapeIdentifier(specOf('ep-1').groupRole)}`);
      const [first, second] = [await loginOf('ep-1', 'a1'), await loginOf('ep-2', 'a2')];
      await expect(first.query('set role team')).resolves.toBeDefined();
      await expect(second.query('set role team')).rejects.toMatchObject({ code: '42501' });
      for (const login of [first, second]) await expect(login.query('set role authenticated')).resolves.toBeDefined();
      const warnings = found.notes.filter((note) => note.includes('should not share this cluster'));
      expect(warnings).toEqual(isOld ? [expect.stringContaining('In PostgreSQL 15 a role that may create roles')] : []);
    });

    test('another owner is told what the maker of the shared roles has to run, and then changes nothing of theirs', async () => {
      const before = [await rolesOf('ep-1'), await rolesOf('ep-2')];
      const cure = 'GRANT "anonymous", "authenticated" TO "owner_b" WITH ADMIN OPTION';
      if (!isOld) {
        await expect(provision('ep-3', 'b', 'owner_b')).rejects.toMatchObject({
          message: expect.stringContaining(cure),
        });
        await (await connect('a1', 'owner_a', 'own')).query(cure);
      }
      await provision('ep-3', 'b', 'owner_b');
      await expect((await loginOf('ep-3', 'b')).query('set role authenticated')).resolves.toBeDefined();
      expect([await rolesOf('ep-1'), await rolesOf('ep-2')]).toEqual(before);
    });

    test('a login gets into the database of another only until its owner does what the advisor says', async () => {
      const { groupRole } = specOf('ep-2');
      const advise = async () => {
        const owner = await connect('a2', 'owner_a', 'own');
        const found = await runDatabaseAdvisors(owner, { schemas: [], anonymousRole: 'anonymous', groupRole });
        return found.filter(({ check }) => check.name === 'database_open_to_other_logins');
      };
      const intruder = await loginOf('ep-3', 'a2');
      await expect(intruder.query('set role authenticated')).resolves.toBeDefined();
      const [issue] = await advise();
      expect(issue?.detail).toContain('"login_ep-1", "login_ep-3"');
      expect(issue?.fix).toBe(
        'GRANT CONNECT ON DATABASE a2 TO "login_ep-2", owner_a; REVOKE CONNECT ON DATABASE a2 FROM PUBLIC;',
      );
      await (await connect('a2', 'owner_a', 'own')).query(issue?.fix ?? '');
      expect(await advise()).toEqual([]);
      await expect(loginOf('ep-3', 'a2')).rejects.toMatchObject({ code: '42501' });
      await expect((await loginOf('ep-2', 'a2')).query('set role authenticated')).resolves.toBeDefined();
      // A login made from then on gets in as well, and so does the next run of provisioning.
      await provision('ep-2', 'a2', 'owner_a');
      const next = { ...specOf('ep-2'), loginRole: 'next_ep-2' };
      await createLogin(next, { owner: await connect('a2', 'owner_a', 'own') }, async () => undefined);
      await expect((await connect('a2', 'next_ep-2', 'login')).query('set role authenticated')).resolves.toBeDefined();
      const gone = await deprovision('next_ep-2', { owner: await connect('a2', 'owner_a', 'own') });
      expect(gone.kept).toBeUndefined();
    });

    test('taking one away leaves the others as they are', async () => {
      const before = [await rolesOf('ep-2'), await rolesOf('ep-3')];
      const { kept } = await deprovision('login_ep-1', { owner: await connect('a1', 'owner_a', 'own') });
      expect(kept).toBeUndefined();
      await expect(loginOf('ep-1', 'a1')).rejects.toMatchObject({ code: '28P01' });
      for (const [endpoint, database] of [
        ['ep-2', 'a2'],
        ['ep-3', 'b'],
      ] as const) {
        await expect((await loginOf(endpoint, database)).query('set role anonymous')).resolves.toBeDefined();
      }
      expect([await rolesOf('ep-2'), await rolesOf('ep-3')]).toEqual(before);
    });
  });
}

/** A server of an installed PostgreSQL 15, which does not run as root. */
async function startOlder(): Promise<Cluster> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-test-older-'));
  const isRoot = process.getuid?.() === 0;
  const nobody = 65_534;
  if (isRoot) fs.chownSync(home, nobody, nobody);
  const as = isRoot ? { uid: nobody, gid: nobody } : {};
  const [dataDir, passwordFile] = [path.join(home, 'data'), path.join(home, 'password')];
  fs.writeFileSync(passwordFile, 'test\n', { mode: 0o644 });
  const initdb = ['-D', dataDir, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'];
  execFileSync(path.join(olderBinaries, 'initdb'), initdb, { ...as, stdio: 'ignore', cwd: home });
  const port = await findFreePort();
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`];
  const words = ['-D', dataDir, ...settings.flatMap((setting) => ['-c', setting])];
  const server: ChildProcess = spawn(path.join(olderBinaries, 'postgres'), words, {
    ...as,
    stdio: 'ignore',
    cwd: home,
  });
  const url = (database: string) => `postgresql://postgres:test@127.0.0.1:${port}/${database}`;
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString: url('postgres') });
    const error: unknown = await client.connect().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await client.end().catch(() => undefined);
    if (error === undefined) break;
    if (tries === 300) throw error;
    await sleep(100);
  }
  return {
    url,
    async drop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGQUIT');
      await ended;
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
