/** Promise: data APIs of several branches live in one cluster, each in a database of its own, and none uses or disturbs the roles of another. */
import pg from 'pg';
import { everyOlder, startOlderPostgres } from '../../../tools/testing/older-postgres.js';
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

const servers = [
  { major: 18, title: 'the newest PostgreSQL', describe, start: (): Promise<Cluster> => createTestCluster() },
  ...everyOlder.map((older) => ({ ...older, start: (): Promise<Cluster> => startOlderPostgres(older.major) })),
];

for (const server of servers) {
  // Since 16 a role is its maker's.
  const isOld = server.major < 16;

  server.describe(`on ${server.title}`, () => {
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
      cluster = await server.start();
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
      const warning = `In PostgreSQL ${server.major} a role that may create roles`;
      expect(warnings).toEqual(isOld ? [expect.stringContaining(warning)] : []);
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
