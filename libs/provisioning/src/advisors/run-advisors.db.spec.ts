import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import type { AdvisorFinding, AdvisorScope } from './advisor-check.js';
import { advisorChecks } from './catalogue.js';
import { runConfigurationAdvisors, runDatabaseAdvisors } from './run-advisors.js';

const scope: AdvisorScope = { schemas: ['public'], anonymousRole: 'anonymous', groupRole: 'authenticator' };

const ROLES = `
CREATE ROLE authenticator NOLOGIN NOINHERIT;
CREATE ROLE anonymous NOLOGIN;
CREATE ROLE authenticated NOLOGIN;
GRANT anonymous, authenticated TO authenticator;`;

/** What every one of them needs and none complains about. */
const CLEAN = `
CREATE SCHEMA auth;
CREATE FUNCTION auth.user_id() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('request.jwt.claim.sub', true) $$;
GRANT USAGE ON SCHEMA auth TO authenticated, anonymous;
CREATE SCHEMA neon_auth;
CREATE TABLE neon_auth."user" (id uuid PRIMARY KEY, email text UNIQUE, role text);
CREATE TABLE good (id int PRIMARY KEY, owner text NOT NULL, other int REFERENCES good);
CREATE INDEX ON good (other);
ALTER TABLE good ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON good TO authenticated USING (owner = (SELECT auth.user_id()));
CREATE VIEW good_view WITH (security_invoker) AS SELECT id FROM good;
CREATE FUNCTION good_sum(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a + b;
GRANT SELECT ON good, good_view TO anonymous;
GRANT SELECT, INSERT, UPDATE, DELETE ON good TO authenticated;`;

const table = (name: string, columns = 'id int PRIMARY KEY', to = '') =>
  `CREATE TABLE ${name} (${columns}); ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;` +
  (to === '' ? '' : `CREATE POLICY p ON ${name} FOR SELECT USING (${to});`);

/** Per check the SQL that violates it and no other, and the object that it is told of. */
const violations: readonly [check: string, sql: string, key: string][] = [
  [
    'rls_disabled_in_public',
    'CREATE TABLE open_rows (id int PRIMARY KEY); GRANT SELECT ON open_rows TO anonymous',
    'public.open_rows',
  ],
  [
    'policy_exists_rls_disabled',
    'CREATE TABLE idle_policy (id int PRIMARY KEY); CREATE POLICY p ON idle_policy FOR SELECT USING (id > 0)',
    'public.idle_policy',
  ],
  [
    'sensitive_columns_exposed',
    'CREATE TABLE people (id int PRIMARY KEY, "Credit-Card" text); CREATE POLICY p ON people FOR SELECT USING (id > 0); GRANT SELECT ON people TO authenticated',
    'public.people',
  ],
  [
    'security_definer_view',
    'CREATE VIEW owner_view AS SELECT id FROM good; GRANT SELECT ON owner_view TO authenticated',
    'public.owner_view',
  ],
  [
    'neon_auth_users_exposed',
    'CREATE VIEW users_view WITH (security_invoker) AS SELECT email FROM neon_auth."user"; GRANT SELECT ON users_view TO authenticated',
    'public.users_view',
  ],
  [
    'rls_references_neon_auth_metadata',
    table('by_role', 'id int PRIMARY KEY', `EXISTS (SELECT FROM neon_auth."user" u WHERE u.role = 'admin')`),
    'public.by_role.p',
  ],
  [
    'fk_to_neon_auth_unique_constraint',
    `${table('by_email', 'email text PRIMARY KEY REFERENCES neon_auth."user" (email)', `email <> ''`)}`,
    'public.by_email.by_email_email_fkey',
  ],
  [
    'rls_policy_always_true',
    `${table('any_row')} CREATE POLICY p ON any_row FOR UPDATE TO authenticated USING (true)`,
    'public.any_row.p',
  ],
  [
    'function_search_path_mutable',
    'CREATE FUNCTION count_good() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM good $$',
    'public.count_good()',
  ],
  ['extension_in_public', 'CREATE EXTENSION citext SCHEMA public', 'citext'],
  ['extension_versions_outdated', `CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext VERSION '1.3'`, 'pg_trgm'],
  [
    'materialized_view_in_api',
    'CREATE MATERIALIZED VIEW snapshot AS SELECT 1 AS one; GRANT SELECT ON snapshot TO authenticated',
    'public.snapshot',
  ],
  [
    'foreign_table_in_api',
    'CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER away FOREIGN DATA WRAPPER nothing; CREATE FOREIGN TABLE far (id int) SERVER away; GRANT SELECT ON far TO authenticated',
    'public.far',
  ],
  ['unsupported_reg_types', table('procs', 'id int PRIMARY KEY, f regproc', 'id > 0'), 'public.procs.f'],
  ['rls_enabled_no_policy', `${table('closed')} GRANT SELECT ON closed TO authenticated`, 'public.closed'],
  [
    'auth_rls_initplan',
    `${table('per_row', 'id int PRIMARY KEY, owner text', 'owner = auth.user_id()')}`,
    'public.per_row.p',
  ],
  [
    'multiple_permissive_policies',
    `${table('two_policies', 'id int PRIMARY KEY', 'id > 0')} CREATE POLICY q ON two_policies FOR SELECT USING (id < 9)`,
    'public.two_policies/r',
  ],
  ['duplicate_index', 'CREATE INDEX good_other_again ON good (other)', 'public.good/good_other_again'],
  [
    'unindexed_foreign_keys',
    table('child', 'id int PRIMARY KEY, good_id int REFERENCES good', 'id > 0'),
    'public.child.child_good_id_fkey',
  ],
  [
    'unused_index',
    `${table('read_often', 'id int PRIMARY KEY, a int', 'id > 0')} CREATE INDEX idle ON read_often (a); DO $$ BEGIN FOR i IN 1..1000 LOOP PERFORM count(*) FROM read_often; END LOOP; END $$`,
    'public.idle',
  ],
  ['no_primary_key', table('no_key', 'id int', 'id > 0'), 'public.no_key'],
  [
    'table_bloat',
    `${table('airy', 'id int PRIMARY KEY, filler text', 'id > 0')} ALTER TABLE airy SET (autovacuum_enabled = false); INSERT INTO airy SELECT i, repeat('x', 200) FROM generate_series(1, 60000) i; DELETE FROM airy WHERE id % 50 <> 0; ANALYZE airy`,
    'public.airy',
  ],
  ['role_bypasses_rls', 'CREATE ROLE service NOLOGIN BYPASSRLS; GRANT service TO authenticator', 'service'],
  [
    'anonymous_can_write',
    `${table('guestbook')} CREATE POLICY p ON guestbook FOR INSERT TO anonymous WITH CHECK (true); GRANT INSERT ON guestbook TO anonymous`,
    'public.guestbook',
  ],
  [
    'database_open_to_other_logins',
    `CREATE ROLE "authenticator_ep-other" NOLOGIN; CREATE ROLE perch_api_other LOGIN NOINHERIT IN ROLE "authenticator_ep-other"`,
    'postgres',
  ],
];

/** Told besides, since the one thing is wrong in two ways. */
const alsoTold: Readonly<Record<string, readonly string[]>> = {
  sensitive_columns_exposed: ['policy_exists_rls_disabled'],
  anonymous_can_write: ['rls_policy_always_true'],
};

describe('the checks of a database', () => {
  let cluster: TestCluster;
  let client: pg.Client;

  const names = async () => (await runDatabaseAdvisors(client, scope)).map(({ check }) => check.name);

  beforeAll(async () => {
    cluster = await createTestCluster();
    client = new pg.Client({ connectionString: cluster.url('postgres') });
    await client.connect();
    await client.query(ROLES);
    await client.query(CLEAN);
  }, 60_000);
  afterAll(async () => {
    await client?.end();
    await cluster?.drop();
  });

  test('every check has a case here', () => {
    const cases = violations.map(([name]) => name);
    expect(cases).toEqual(advisorChecks.filter(({ kind }) => kind === 'database').map(({ name }) => name));
  });

  test('a clean database has no issue', async () => expect(await names()).toEqual([]));

  test.each(violations)('%s is found once, and its fix clears it', async (name, sql, key) => {
    await client.query('SET search_path = public');
    await client.query(sql);
    if (name === 'table_bloat') await client.query('VACUUM (ANALYZE, TRUNCATE false) airy');
    if (name === 'unused_index') await client.query('SELECT pg_stat_force_next_flush()');
    const found = await runDatabaseAdvisors(client, scope);
    expect(found.map(({ check }) => check.name).sort()).toEqual([name, ...(alsoTold[name] ?? [])].sort());
    const issue = found.find(({ check }) => check.name === name) as AdvisorFinding;
    expect(issue).toMatchObject({ key, detail: expect.stringMatching(/^[A-Z%].+[^.]$/) });
    await client.query('SET search_path = pg_catalog');
    await client.query(issue.fix ?? '');
    expect(await names()).not.toContain(name);
    for (const rest of await runDatabaseAdvisors(client, scope)) await client.query(rest.fix ?? '');
    expect(await names()).toEqual([]);
  });

  test('a role that several steps lead to is found as well', async () => {
    await client.query(
      'CREATE ROLE staff NOLOGIN; CREATE ROLE boss NOLOGIN BYPASSRLS; GRANT boss TO staff; GRANT staff TO authenticator',
    );
    const [issue] = await runDatabaseAdvisors(client, scope);
    expect([issue?.check.name, issue?.fix]).toEqual(['role_bypasses_rls', 'ALTER ROLE boss NOBYPASSRLS;']);
    await client.query('DROP ROLE staff, boss');
  });
});

describe('a database that violates every check at once', () => {
  let cluster: TestCluster;
  let client: pg.Client;

  const told = async () => (await runDatabaseAdvisors(client, scope)).map(({ check, key }) => `${check.name} ${key}`);

  beforeAll(async () => {
    cluster = await createTestCluster();
    client = new pg.Client({ connectionString: cluster.url('postgres') });
    await client.connect();
    await client.query(ROLES);
    await client.query(CLEAN);
    for (const [, sql] of violations) await client.query(sql);
    await client.query('VACUUM (ANALYZE, TRUNCATE false) airy');
    await client.query('SELECT pg_stat_force_next_flush()');
  }, 60_000);
  afterAll(async () => {
    await client?.end();
    await cluster?.drop();
  });

  test('has each of them found once', async () => {
    const found = await told();
    expect(new Set(found).size).toBe(found.length);
    const wanted = violations.map(([name, , key]) => `${name} ${key}`);
    expect(wanted.filter((one) => !found.includes(one))).toEqual([]);
    // One thing may be wrong in two ways; no check tells of anything that no violation made.
    const names = new Set(violations.map(([name]) => name));
    expect(found.filter((one) => !names.has(one.split(' ', 1)[0] ?? ''))).toEqual([]);
  });

  test('is clean when all that is told to fix them is done', async () => {
    await client.query('SET search_path = pg_catalog');
    // What is behind another issue is told when that one is gone.
    for (let round = 0; round < 4; round += 1) {
      for (const { fix } of await runDatabaseAdvisors(client, scope)) await client.query(fix ?? '');
    }
    expect(await told()).toEqual([]);
  });
});

describe('the checks of a configuration', () => {
  const good = { maxRows: 1000, corsAllowedOrigins: ['https://app.example'], hasProvider: true, audience: 'app' };

  test.each([
    ['jwt_audience_missing', { audience: null }],
    ['cors_allows_any_origin', { corsAllowedOrigins: null }],
    ['cors_allows_any_origin', { corsAllowedOrigins: ['*'] }],
    ['rows_unlimited', { maxRows: null }],
  ])('%s', (name, change) => {
    expect(runConfigurationAdvisors({ ...good, ...change }).map(({ check }) => check.name)).toEqual([name]);
  });

  test('nothing is told of a careful one, nor of an audience where no token is accepted', () => {
    expect(runConfigurationAdvisors(good)).toEqual([]);
    expect(runConfigurationAdvisors({ ...good, hasProvider: false, audience: null })).toEqual([]);
  });
});
