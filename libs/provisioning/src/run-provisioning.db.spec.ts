import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../tools/testing/test-cluster.js';
import { deprovision } from './deprovision.js';
import type { ProvisioningFindings, ProvisioningSpec } from './provisioning-spec.js';
import { runProvisioning, type StepReport } from './run-provisioning.js';

// A server of its own: the roles have fixed names and belong to the whole cluster.
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createTestCluster();
});
afterAll(() => cluster.drop());

interface World {
  readonly database: string;
  readonly owner: pg.Client;
  readonly superuser: pg.Client;
  connect(role: string, password: string): Promise<pg.Client>;
}
const open: pg.Client[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end()));
});

/** A database with an owner who is no superuser; database and roles of the test before are gone. */
async function newWorld(ownerName: string): Promise<World> {
  const database = `d_${randomBytes(4).toString('hex')}`;
  const admin = await connectTo('postgres', 'postgres', cluster.password);
  const databases = await admin.query<{ name: string }>(
    "select datname as name from pg_database where datname ~ '^d_'",
  );
  for (const { name } of databases.rows) await admin.query(`drop database ${name} with (force)`);
  const roles = await admin.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname ~ '^(authenticat|anonymous|login_|owner_)'",
  );
  for (const { name } of roles.rows) await admin.query(`drop owned by "${name}"`);
  for (const { name } of roles.rows) await admin.query(`drop role "${name}"`);
  await admin.query(`create role ${ownerName} login createrole createdb password 'own'`);
  await admin.query(`create database ${database} owner ${ownerName} strategy file_copy`);
  const connect = (role: string, password: string) => connectTo(database, role, password);
  return {
    database,
    owner: await connect(ownerName, 'own'),
    superuser: await connect('postgres', cluster.password),
    connect,
  };
}

async function connectTo(database: string, user: string, password: string): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port: cluster.port, database, user, password });
  client.on('error', () => {});
  await client.connect();
  open.push(client);
  return client;
}

/** Of "pass'word", as PostgreSQL itself made it. */
let loginVerifier: string;
beforeAll(async () => {
  const admin = await connectTo('postgres', 'postgres', cluster.password);
  await admin.query(`create role verifier_source password 'pass''word'`);
  const { rows } = await admin.query(`select rolpassword from pg_authid where rolname = 'verifier_source'`);
  loginVerifier = rows[0].rolpassword;
});

function specWith(change: Partial<ProvisioningSpec> = {}): ProvisioningSpec {
  return {
    groupRole: 'authenticator',
    loginRole: 'login_a',
    loginPassword: "pass'word",
    loginVerifier,
    schemas: ['public'],
    anonymousRole: 'anonymous',
    addDefaultGrants: true,
    addAnonymousGrants: true,
    skipAuthSchema: false,
    ...change,
  };
}

async function provision(world: World, spec: ProvisioningSpec, { withSuperuser = true, owner = 'owner_a' } = {}) {
  const reports: StepReport[] = [];
  const connections = {
    owner: await world.connect(owner, 'own'),
    superuser: withSuperuser ? await world.connect('postgres', cluster.password) : undefined,
  };
  const findings: ProvisioningFindings = await runProvisioning(spec, connections, async (step) => {
    reports.push(step);
  });
  return { findings, reports };
}

/** Everything a second run could change. */
const fingerprintSql = `
  select json_build_object(
    'roles', (select json_agg(row(rolname, rolsuper, rolinherit, rolcreaterole, rolcanlogin, rolbypassrls) order by rolname)
                from pg_roles where rolname !~ '^pg_'),
    'members', (select json_agg(row(roleid::regrole, member::regrole, inherit_option, set_option) order by roleid, member)
                  from pg_auth_members),
    'acls', (select json_agg(row(oid::regclass, relacl) order by oid) from pg_class where relnamespace::regnamespace::text !~ '^pg_'),
    'schemas', (select json_agg(row(nspname, nspacl) order by nspname) from pg_namespace where nspname !~ '^pg_'),
    'defaults', (select json_agg(row(defaclrole::regrole, defaclobjtype, defaclacl) order by oid) from pg_default_acl),
    'functions', (select json_agg(row(oid, prosrc) order by oid) from pg_proc where pronamespace::regnamespace::text in ('auth', 'perch')),
    'triggers', (select json_agg(row(oid, evtname, evtenabled) order by oid) from pg_event_trigger)) as all`;

async function as(client: pg.Client, role: string, claims: object | string, sql: string) {
  await client.query('begin');
  try {
    await client.query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [
      role,
      typeof claims === 'string' ? claims : JSON.stringify(claims),
    ]);
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.query('rollback');
  }
}

describe('runProvisioning', () => {
  it('prepares an empty database in the named steps and finds the same when it runs again', async () => {
    const world = await newWorld('owner_a');
    const first = await provision(world, specWith());
    expect(first.reports.filter(({ status }) => status !== 'running')).toEqual(
      [
        'create-group-roles',
        'create-login-role',
        'create-auth-schema',
        'grant-access',
        'install-schema-version',
        'report-exposure',
      ].map((step) => ({ step, status: 'finished' })),
    );
    expect(first.findings).toEqual({
      availableSchemas: ['auth', 'public'],
      unprotectedTables: [],
      skippedGrants: [],
      notes: [],
      schemaVersion: 'event-trigger',
    });
    const before = (await world.superuser.query(fingerprintSql)).rows;
    expect(await provision(world, specWith())).toEqual(first);
    expect((await world.superuser.query(fingerprintSql)).rows).toEqual(before);
  });

  it('gives the login role nothing but the right to switch', async () => {
    const world = await newWorld('owner_a');
    await provision(world, specWith());
    const { rows } = await world.superuser.query(
      `select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls
         from pg_roles where rolname in ('login_a', 'authenticator', 'anonymous', 'authenticated') order by rolname`,
    );
    const powerless = {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
    };
    expect(rows).toEqual([
      { ...powerless, rolname: 'anonymous', rolinherit: true, rolcanlogin: false },
      { ...powerless, rolname: 'authenticated', rolinherit: true, rolcanlogin: false },
      { ...powerless, rolname: 'authenticator', rolinherit: false, rolcanlogin: false },
      { ...powerless, rolname: 'login_a', rolinherit: false, rolcanlogin: true },
    ]);
    await world.owner.query('create table secrets as select 1 as n');
    const login = await world.connect('login_a', "pass'word");
    await expect(login.query('select * from secrets')).rejects.toMatchObject({ code: '42501' });
    await expect(login.query('set role owner_a')).rejects.toMatchObject({ code: '42501' });
  });

  it('separates two users by a policy over auth.user_id(), on the login role of the fleet', async () => {
    const world = await newWorld('owner_a');
    await world.owner.query(
      `create table notes (id int generated always as identity primary key, owner_id text, title text)`,
    );
    await world.owner.query('alter table notes enable row level security');
    await provision(world, specWith());
    await world.owner.query(`alter table notes alter owner_id set default auth.user_id()`);
    await world.owner.query(
      `create policy own on notes to authenticated using (owner_id = auth.user_id()) with check (owner_id = auth.user_id())`,
    );
    const login = await world.connect('login_a', "pass'word");
    await login.query(
      `select set_config('role', 'authenticated', false), set_config('request.jwt.claims', '{"sub":"ann"}', false)`,
    );
    await login.query(`insert into notes (title) values ('of ann')`);
    await login.query(`select set_config('request.jwt.claims', '{"sub":"bob"}', false)`);
    await login.query(`insert into notes (title) values ('of bob')`);
    await expect(login.query(`insert into notes (owner_id, title) values ('ann', 'forged')`)).rejects.toMatchObject({
      code: '42501',
    });
    await login.query('reset role');
    const all = 'select title from notes order by id';
    expect(await as(login, 'authenticated', { sub: 'ann' }, all)).toEqual([['of ann']]);
    expect(await as(login, 'authenticated', { sub: 'bob' }, all)).toEqual([['of bob']]);
    expect(await as(login, 'authenticated', '', all)).toEqual([]);
    expect(await as(login, 'anonymous', { role: 'anonymous' }, all)).toEqual([]);
  });

  it("leaves a user's own schema, roles, grants and revocations in another schema alone", async () => {
    const world = await newWorld('owner_a');
    await world.owner.query(
      'create schema auth; create function auth.uid() returns text language sql as $$ select $q$mine$q$::text $$',
    );
    await world.owner.query("create role authenticated nologin; comment on role authenticated is 'of the user'");
    await world.owner.query('create schema private; create table private.t (n int)');
    const { findings, reports } = await provision(world, specWith());
    expect(reports.find(({ step, status }) => step === 'create-auth-schema' && status === 'skipped')).toBeDefined();
    expect(findings.notes).toEqual(["The schema 'auth' of 'owner_a' was there before and is left as it is."]);
    const { rows } = await world.owner.query(
      `select auth.uid() as uid, (select count(*)::int from pg_proc where pronamespace = 'auth'::regnamespace) as functions,
              has_schema_privilege('authenticated', 'auth', 'USAGE') as auth_used,
              has_table_privilege('authenticated', 'private.t', 'SELECT') as private_read,
              shobj_description('authenticated'::regrole, 'pg_authid') as comment`,
    );
    expect(rows).toEqual([
      { uid: 'mine', functions: 1, auth_used: false, private_read: false, comment: 'of the user' },
    ]);
  });

  it.each([
    { flags: { addDefaultGrants: false, addAnonymousGrants: false }, authenticated: 'SELECT', anonymous: '' },
    { flags: { addDefaultGrants: false, addAnonymousGrants: true }, authenticated: 'SELECT', anonymous: 'SELECT' },
    {
      flags: { addDefaultGrants: true, addAnonymousGrants: false },
      authenticated: 'DELETE,INSERT,SELECT,UPDATE',
      anonymous: '',
    },
  ])('grants on present and future tables what $flags say', async ({ flags, authenticated, anonymous }) => {
    const world = await newWorld('owner_a');
    await world.owner.query('create table "Present Table" (n serial)');
    await provision(world, specWith(flags));
    await world.owner.query('create table "Future" (n serial)');
    const { rows } = await world.owner.query(
      `select relname, g.grantee, string_agg(privilege_type, ',' order by privilege_type) as privileges
         from pg_class c, aclexplode(relacl) a, lateral (select a.grantee::regrole::text as grantee) g
        where relkind = 'r' and relnamespace = 'public'::regnamespace and g.grantee in ('anonymous', 'authenticated')
        group by 1, 2`,
    );
    const expected = ['Future', 'Present Table'].flatMap((relname) =>
      [
        { relname, grantee: 'anonymous', privileges: anonymous },
        { relname, grantee: 'authenticated', privileges: authenticated },
      ].filter(({ privileges }) => privileges !== ''),
    );
    expect(rows).toEqual(expect.arrayContaining(expected));
    expect(rows).toHaveLength(expected.length);
    const sequences = `select has_sequence_privilege('authenticated', 'public."Future_n_seq"', 'USAGE') as used`;
    expect((await world.owner.query(sequences)).rows).toEqual([{ used: flags.addDefaultGrants }]);
  });

  it('grants what the owner may, reports the rest, and lists what lies open', async () => {
    const world = await newWorld('owner_a');
    await world.superuser.query('create table foreign_table (n int); create table open_table (n int)');
    await world.superuser.query('alter table open_table owner to owner_a');
    await world.owner.query('create table closed (n int); alter table closed enable row level security');
    const { findings } = await provision(world, specWith({ addDefaultGrants: false, schemas: ['public', 'later'] }));
    expect(findings.skippedGrants).toEqual(
      ['anonymous', 'authenticated'].map(
        (role) =>
          `SELECT on table 'public.foreign_table' to '${role}': only its owner 'postgres' may grant it, by GRANT SELECT ON TABLE "public"."foreign_table" TO "${role}".`,
      ),
    );
    expect(findings.unprotectedTables).toEqual([
      { schema: 'public', name: 'open_table', roles: ['anonymous', 'authenticated'] },
    ]);
    expect(findings.notes).toEqual(["The schema 'later' is not there yet; nothing was granted in it."]);
  });

  it('works without a superuser and says how the schema is watched then', async () => {
    const world = await newWorld('owner_a');
    const { findings } = await provision(world, specWith(), { withSuperuser: false });
    expect(findings.schemaVersion).toBe('on-miss');
    expect(findings.notes).toEqual([expect.stringContaining('Event triggers are not allowed here')]);
    expect((await world.owner.query("select to_regnamespace('perch') as perch")).rows).toEqual([{ perch: null }]);
  });

  it('never installs triggers over a schema that the user can change', async () => {
    const world = await newWorld('owner_a');
    await world.owner.query('create schema perch');
    const { findings } = await provision(world, specWith());
    expect(findings.schemaVersion).toBe('on-miss');
    expect((await world.owner.query('select 1 from pg_event_trigger')).rows).toEqual([]);
  });

  it('runs nothing of a user who makes the schema between the look and the installation as the superuser', async () => {
    const world = await newWorld('owner_a');
    await world.owner.query('create table public.ran_as (who text)');
    const trap = `
      create schema perch;
      create table perch.schema_bump (r bigint, n bigint);
      create function perch.trap() returns trigger language plpgsql as
        'begin insert into public.ran_as values (current_user); return new; end';
      create trigger trap before insert on perch.schema_bump for each row execute function perch.trap()`;
    const superuser = await world.connect('postgres', cluster.password);
    // The transaction that installs begins behind the look.
    const query = superuser.query.bind(superuser);
    const trapped = async (text: string, values?: unknown[]) => {
      if (text.startsWith('BEGIN')) await world.owner.query(trap);
      return query(text, values);
    };
    Object.assign(superuser, { query: trapped });
    const connections = { owner: await world.connect('owner_a', 'own'), superuser };
    const findings = await runProvisioning(specWith(), connections, async () => {});
    expect((await world.owner.query('select who from public.ran_as')).rows).toEqual([]);
    expect(findings.schemaVersion).toBe('on-miss');
    expect(findings.notes).toEqual([expect.stringContaining("somebody else made a schema 'perch' meanwhile")]);
  });

  it('says what the maker of foreign group roles has to run, and goes on once that was done', async () => {
    const world = await newWorld('owner_a');
    await world.superuser.query('create role authenticated nologin; create role anonymous nologin');
    const failure = provision(world, specWith({ groupRole: 'authenticator_ep-1' }), { withSuperuser: false });
    const cure = 'GRANT "anonymous", "authenticated" TO "owner_a" WITH ADMIN OPTION';
    await expect(failure).rejects.toMatchObject({
      mayPass: false,
      failure: {
        step: 'create-group-roles',
        statement: 'GRANT "anonymous" TO "authenticator_ep-1"',
        sqlState: '42501',
      },
      message: expect.stringContaining(cure),
    });
    await world.superuser.query(cure);
    const { findings } = await provision(world, specWith({ groupRole: 'authenticator_ep-1' }), {
      withSuperuser: false,
    });
    expect(findings.skippedGrants).toEqual([]);
  });

  it('lets the private superuser hand over group roles that another owner made', async () => {
    const world = await newWorld('owner_a');
    await provision(world, specWith());
    await world.superuser.query("create role owner_b login createrole password 'own'");
    await world.superuser.query(`grant create on database ${world.database} to owner_b`);
    const second = specWith({ loginRole: 'login_b', schemas: [] });
    const { reports } = await provision(world, second, { owner: 'owner_b' });
    expect(reports.filter(({ status }) => status === 'failed')).toEqual([]);
    const login = await world.connect('login_b', "pass'word");
    await expect(login.query('set role anonymous')).resolves.toBeDefined();
  });

  it('names the statement that failed, without the password in it', async () => {
    const world = await newWorld('owner_a');
    await world.superuser.query('create role login_a bypassrls');
    await expect(provision(world, specWith())).rejects.toMatchObject({ failure: { step: 'create-login-role' } });
    await world.superuser.query('drop role login_a; create role login_a');
    await expect(provision(world, specWith())).rejects.toMatchObject({
      failure: {
        step: 'create-login-role',
        statement: `ALTER ROLE "login_a" LOGIN NOINHERIT PASSWORD '...'`,
        sqlState: '42501',
      },
    });
  });

  it('gives the password itself to a server that wants no other, and never shows either', async () => {
    const world = await newWorld('owner_a');
    const provisioned = await provision(world, specWith());
    expect(JSON.stringify(provisioned)).not.toContain('word');
    const refusing = new Proxy(await world.connect('owner_a', 'own'), {
      get(client, name) {
        if (name !== 'query') return Reflect.get(client, name);
        return (text: string, values?: unknown[]) =>
          text.includes('SCRAM-SHA-256')
            ? Promise.reject(Object.assign(new Error('only plaintext passwords'), { code: '0A000' }))
            : client.query(text, values);
      },
    });
    await runProvisioning(specWith(), { owner: refusing }, async () => undefined);
    await expect(world.connect('login_a', "pass'word")).resolves.toBeDefined();
  });

  it('connects the login where PUBLIC may not, and takes it away again', async () => {
    const world = await newWorld('owner_a');
    await world.owner.query(`revoke connect on database ${world.database} from public`);
    await world.owner.query('create table kept as select 1 as n');
    await provision(world, specWith());
    const login = await world.connect('login_a', "pass'word");
    const ended = new Promise((resolve) => login.once('end', resolve));
    expect(await deprovision('login_a', { owner: await world.connect('owner_a', 'own') })).toEqual({ kept: undefined });
    await ended;
    await expect(world.connect('login_a', "pass'word")).rejects.toMatchObject({ code: '28P01' });
    expect(await deprovision('login_a', { owner: await world.connect('owner_a', 'own') })).toEqual({ kept: undefined });
    const { rows } = await world.owner.query(`select has_table_privilege('anonymous', 'kept', 'SELECT') as still`);
    expect(rows).toEqual([{ still: true }]);
  });

  it('keeps a login role that something of the user depends on, but lets nobody in with it', async () => {
    const world = await newWorld('owner_a');
    await world.owner.query('create table t (n int)');
    await provision(world, specWith());
    await world.owner.query('grant select on t to login_a');
    const { kept } = await deprovision('login_a', { owner: world.owner, superuser: world.superuser });
    expect(kept).toContain('login_a');
    await expect(world.connect('login_a', "pass'word")).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('the functions of the auth schema', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld('owner_a');
    await provision(world, specWith());
  });

  const id = '7d9a6b1c-0f0e-4b52-8c0f-3d1c8a5d2b11';
  const whole = { sub: id, role: 'r', email: 'e@x', o: { id, slug: 's' } };
  const nothing = { user_id: null, uid: null, role: null, email: null, organization: null, organization_id: null };
  it.each([
    [
      'a whole token',
      whole,
      { jwt: whole, user_id: id, uid: id, role: 'r', email: 'e@x', organization: whole.o, organization_id: id },
    ],
    ['a subject that is no UUID', { sub: 'ann' }, { ...nothing, jwt: { sub: 'ann' }, user_id: 'ann' }],
    ['no claims', '', { ...nothing, jwt: null }],
    ['claims that are no JSON', '{"sub": oops', { ...nothing, jwt: null }],
    ['claims that are no object', '"text"', { ...nothing, jwt: 'text' }],
    [
      'claims of other types',
      { sub: 7, email: null, o: 'x' },
      { ...nothing, jwt: { sub: 7, email: null, o: 'x' }, user_id: '7', organization: 'x' },
    ],
  ])('answer without an error over %s', async (_, claims, expected) => {
    const login = await world.connect('login_a', "pass'word");
    const sql = `select json_build_object('jwt', auth.jwt(), 'user_id', auth.user_id(), 'uid', auth.uid(),
      'role', auth.role(), 'email', auth.email(), 'organization', auth.organization(),
      'organization_id', auth.organization_id()), auth.session() = auth.jwt()`;
    expect(await as(login, 'authenticated', claims, sql)).toEqual([[expected, true]]);
  });

  it('can be used in parallel plans and inlined', async () => {
    const superuser = await world.connect('postgres', cluster.password);
    const { rows } = await superuser.query(
      `select distinct provolatile, proparallel from pg_proc where pronamespace = 'auth'::regnamespace`,
    );
    expect(rows).toEqual([{ provolatile: 's', proparallel: 's' }]);
    const plan = await superuser.query('explain (verbose) select auth.user_id() from generate_series(1, 2)');
    expect(JSON.stringify(plan.rows)).not.toContain('auth.');
  });
});
