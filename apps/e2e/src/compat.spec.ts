/**
 * The real `neon` command line against a Perch of its own: every command that the management API answers, as a table and
 * as JSON, with what it prints and how it ends. It may reach loopback only, and tries nothing else.
 */
import fs from 'node:fs';
import path from 'node:path';
import { jest } from '@jest/globals';
import pg from 'pg';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { compatNote, describeCompat, neonCli, runToEnd, type NeonCli } from './harness/neon-cli.js';
import { makeHome } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';

// A start of the command line takes a second, and more beside other specs.
jest.setTimeout(120_000);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PROJECT_ID = /^[a-z]+-[a-z]+-\d{8}$/;
const BRANCH_ID = /^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describeCompat(`the neon command line${compatNote}`, () => {
  const perch = usePerch();
  let folder: string;
  let issuer: Issuer;
  let neon: NeonCli;
  let project: string;
  let branch: string;
  /** For a command on that project. */
  const on = (...args: readonly string[]) => [...args, '--project-id', project];

  beforeAll(async () => {
    folder = makeHome();
    issuer = await startIssuer();
    neon = neonCli(perch.up, folder);
  }, 90_000);

  afterAll(async () => {
    await issuer?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  describe('me', () => {
    test('prints who holds the key', async () => {
      expect(await neon.record('me')).toEqual({
        Login: 'perch',
        Email: 'perch@localhost',
        Name: 'Perch',
        'Projects Limit': '1000000',
      });
      expect(await neon.json('me')).toMatchObject({ login: 'perch', plan: 'self-hosted', projects_limit: 1_000_000 });
    });

    test('says that a key is wrong', async () => {
      const { status, stderr } = await neon.run('me', '--api-key', 'wrong');
      expect(status).toBe(1);
      expect(stderr).toContain('rejected the API key');
    });
  });

  describe('projects', () => {
    test('create prints the project and a URL that connects', async () => {
      const created = await neon.json(
        'projects',
        'create',
        '--name',
        'shop',
        '--database',
        'shopdb',
        '--role',
        'keeper',
      );
      expect(created.project).toMatchObject({
        id: expect.stringMatching(PROJECT_ID),
        name: 'shop',
        region_id: 'local',
      });
      project = created.project.id;
      const [{ connection_uri: uri }] = created.connection_uris;
      expect(uri).toMatch(/^postgresql:\/\/keeper:[^@]+@127\.0\.0\.1:\d+\/shopdb$/);
      expect(await ask(uri, 'SELECT current_user, current_database()')).toEqual([
        { current_user: 'keeper', current_database: 'shopdb' },
      ]);
    });

    test('create prints a table, and no secret where none is wanted', async () => {
      const shown = await neon.text('projects', 'create', '--name', 'other', '--no-secrets');
      expect(shown).toMatch(/^Id +[a-z]+-[a-z]+-\d{8}\nName +other\nRegion Id +local\nCreated At +\S+Z\n$/m);
      expect(shown).not.toContain('postgresql://');
    });

    test('list shows them, newest first, and that none are shared', async () => {
      const [mine = '', shared = ''] = (await neon.text('projects', 'list')).split('\n\n');
      expect(mine).toMatch(/^Projects\nId +Name +Region Id +Created At\n/);
      expect([...mine.matchAll(/ {2}(\w+) +local /g)].map(([, name]) => name)).toEqual(['other', 'shop', 'demo']);
      expect(shared.trim()).toBe('No projects have been shared with you');
      const { projects, shared_with_you } = await neon.json('projects', 'list');
      expect(projects.map(({ name }: { name: string }) => name)).toEqual(['other', 'shop', 'demo']);
      expect(shared_with_you).toEqual([]);
    });

    test('get and update', async () => {
      expect(await neon.record('projects', 'get', project)).toEqual({
        Id: project,
        Name: 'shop',
        'Region Id': 'local',
        'Created At': expect.stringMatching(TIME),
      });
      expect(await neon.record('projects', 'update', project, '--name', 'boutique')).toMatchObject({
        Name: 'boutique',
      });
      expect(await neon.json('projects', 'get', project)).toMatchObject({ id: project, name: 'boutique' });
    });

    test('get says that there is no such project', async () => {
      expect(await neon.run('projects', 'get', 'no-such-12345678')).toEqual({
        status: 1,
        stdout: '',
        stderr: "ERROR: Project 'no-such-12345678' does not exist\n",
      });
    });

    test('delete prints what it deleted', async () => {
      const { projects } = await neon.json('projects', 'list');
      const { id } = projects.find(({ name }: { name: string }) => name === 'other');
      expect(await neon.record('projects', 'delete', id)).toMatchObject({ Id: id, Name: 'other' });
      expect((await neon.run('projects', 'get', id)).status).toBe(1);
      expect((await neon.json('projects', 'list')).projects).toHaveLength(2);
    });
  });

  describe('branches', () => {
    test('list', async () => {
      const rows = await neon.table(...on('branches', 'list'));
      expect(rows).toEqual([
        {
          Name: '[default] main',
          Id: expect.stringMatching(BRANCH_ID),
          'Current State': 'ready',
          'Created At': expect.stringMatching(TIME),
        },
      ]);
      branch = rows[0]?.['Id'] ?? '';
      expect(await neon.json(...on('branches', 'list'))).toEqual([
        expect.objectContaining({ id: branch, name: 'main', default: true, current_state: 'ready' }),
      ]);
    });

    test.each([
      ['its name', () => 'main'],
      ['its id', () => branch],
    ])('get by %s', async (_by, key) => {
      expect(await neon.record(...on('branches', 'get', key()))).toMatchObject({ Name: 'main', Id: branch });
      expect(await neon.json(...on('branches', 'get', key()))).toMatchObject({ id: branch, project_id: project });
    });

    test('get names the branches there are', async () => {
      const { status, stderr } = await neon.run(...on('branches', 'get', 'missing'));
      expect([status, stderr]).toEqual([1, 'ERROR: Branch missing not found.\nAvailable branches: main\n']);
    });
  });

  describe('databases and roles', () => {
    test('databases list', async () => {
      expect(await neon.table(...on('databases', 'list'))).toEqual([
        { Name: 'shopdb', 'Owner Name': 'keeper', 'Created At': expect.stringMatching(TIME) },
      ]);
      expect(await neon.json(...on('databases', 'list', '--branch', 'main'))).toEqual([
        expect.objectContaining({ name: 'shopdb', owner_name: 'keeper', branch_id: branch }),
      ]);
    });

    test('roles list', async () => {
      expect(await neon.table(...on('roles', 'list'))).toEqual([
        { Name: 'keeper', 'Created At': expect.stringMatching(TIME) },
      ]);
      expect(await neon.json(...on('roles', 'list'))).toEqual([expect.objectContaining({ name: 'keeper' })]);
    });
  });

  describe('connection-string', () => {
    test('connects, encrypted, as it is printed', async () => {
      const uri = (await neon.text(...on('connection-string', 'main'))).trim();
      expect(uri).toMatch(
        /^postgresql:\/\/keeper:[^@]+@127\.0\.0\.1:\d+\/shopdb\?sslmode=require&channel_binding=require$/,
      );
      expect(
        await ask(
          `${uri}&uselibpqcompat=true&sslrootcert=${perch.home}/ca/ca.crt`,
          'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
        ),
      ).toEqual([{ ssl: true }]);
    });

    test('in parts', async () => {
      const parts = await neon.json(...on('connection-string', '--extended'));
      expect(parts).toMatchObject({
        role: 'keeper',
        database: 'shopdb',
        host: expect.stringMatching(/^127\.0\.0\.1:/),
      });
      expect(parts.connection_string).toContain(`${parts.role}:${parts.password}@${parts.host}/${parts.database}`);
    });

    test('refuses a database that is not there', async () => {
      const { status, stderr } = await neon.run(...on('connection-string', '--database-name', 'nope'));
      expect([status, stderr]).toEqual([1, 'ERROR: Database not found: nope\n']);
    });
  });

  describe('operations', () => {
    test('list tells what was done', async () => {
      const rows = await neon.table(...on('operations', 'list'));
      expect(rows.map((row) => [row['Action'], row['Status']])).toEqual([
        ['start_compute', 'finished'],
        ['create_timeline', 'finished'],
      ]);
      for (const row of rows) expect(row['Id']).toMatch(UUID);
      expect(await neon.json(...on('operations', 'list'))).toEqual([
        expect.objectContaining({ project_id: project, action: 'start_compute', failures_count: 0 }),
        expect.objectContaining({ project_id: project, action: 'create_timeline', failures_count: 0 }),
      ]);
    });
  });

  describe('data-api', () => {
    const settings = async () => (await neon.json(...on('data-api', 'get'))).settings;

    test.each(['get', 'delete', 'refresh-schema', 'update'])('%s says that there is none yet', async (command) => {
      const flags = command === 'update' ? ['--db-max-rows', '5'] : [];
      const { status, stderr } = await neon.run(...on('data-api', command, ...flags));
      expect(status).toBe(1);
      expect(stderr).toMatch(command === 'get' ? /has no data API/ : /Data API is not provisioned for shopdb/);
    });

    test('create prints a URL that answers', async () => {
      const uri = (await neon.text(...on('connection-string', '--ssl', 'omit'))).trim();
      await ask(uri, `CREATE TABLE items AS SELECT 'kite' AS name`);
      const { Url: url } = await neon.record(
        ...on('data-api', 'create', '--auth-provider', 'external', '--jwks-url', issuer.jwksUrl),
        ...['--jwt-audience', 'shop', '--add-default-grants', '--db-max-rows', '10'],
      );
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ep-[a-z]+-[a-z]+-[a-z0-9]{8}\/shopdb\/rest\/v1$/);
      const headers = { authorization: `Bearer ${await issuer.token({ sub: 'ann', aud: 'shop' })}` };
      expect(await (await fetch(`${url}/items`, { headers })).json()).toEqual([{ name: 'kite' }]);
      expect(await neon.record(...on('data-api', 'get'))).toEqual({
        Url: url,
        Status: 'active',
        'Db Schemas': 'public',
      });
      expect(await neon.json(...on('data-api', 'get'))).toMatchObject({ url, status: 'active' });
    });

    test('create a second time says so', async () => {
      expect(await neon.run(...on('data-api', 'create'))).toEqual({
        status: 1,
        stdout: '',
        stderr: "ERROR: Database 'shopdb' has a data API already\n",
      });
    });

    test('update keeps what it does not name, --replace does not', async () => {
      const { status, stderr } = await neon.run(...on('data-api', 'update', '--db-schemas', 'public, auth'));
      expect([status, stderr]).toEqual([0, `INFO: Data API settings updated for shopdb on branch ${branch}\n`]);
      expect(await settings()).toMatchObject({ db_schemas: ['public', 'auth'], db_max_rows: 10 });
      expect(await neon.record(...on('data-api', 'get'))).toMatchObject({ 'Db Schemas': 'public, auth' });
      await neon.text(...on('data-api', 'update', '--replace', '--openapi-mode', 'ignore-privileges'));
      expect(await settings()).toMatchObject({ db_schemas: ['public'], openapi_mode: 'ignore-privileges' });
      expect(await settings()).not.toHaveProperty('db_max_rows');
    });

    test('update without a setting is refused by the command line itself', async () => {
      const { status, stderr } = await neon.run(...on('data-api', 'update'));
      expect([status, stderr]).toEqual([1, expect.stringContaining('No settings flags provided')]);
    });

    test('refresh-schema', async () => {
      const { status, stderr } = await neon.run(...on('data-api', 'refresh-schema'));
      expect([status, stderr]).toEqual([0, `INFO: Data API schema cache refreshed for shopdb on branch ${branch}\n`]);
    });

    test('delete takes the URL away', async () => {
      const { url } = await neon.json(...on('data-api', 'get'));
      const { status, stderr } = await neon.run(...on('data-api', 'delete'));
      expect([status, stderr]).toEqual([0, `INFO: Data API deleted for shopdb on branch ${branch}\n`]);
      expect((await neon.run(...on('data-api', 'get'))).status).toBe(1);
      expect((await fetch(`${url}/items`)).status).toBe(404);
    });
  });

  describe('api-keys', () => {
    test('create shows a key once, which works until it is revoked', async () => {
      const { id, key } = await neon.json('api-keys', 'create', '--name', 'ci');
      expect(await neon.json('me', '--api-key', key)).toMatchObject({ login: 'perch' });
      const listed = await neon.text('api-keys', 'list');
      expect(listed).toMatch(new RegExp(`^${id} +ci `, 'm'));
      expect(listed).not.toContain(key);
      await neon.text('api-keys', 'revoke', String(id));
      expect((await neon.run('me', '--api-key', key)).status).toBe(1);
    });

    test('create --project-id makes a key that reaches this project alone', async () => {
      const {
        id,
        key,
        project_id: reached,
      } = await neon.json('api-keys', 'create', '--name', 'one', '--project-id', project);
      expect(reached).toBe(project);
      const { projects } = await neon.json('projects', 'list', '--api-key', key);
      expect(projects.map((one: { id: string }) => one.id)).toEqual([project]);
      expect((await neon.run('api-keys', 'list', '--api-key', key)).stderr).toMatch(/^ERROR: /);
      const organization = 'org-self-hosted-00000001';
      const listed = await neon.text('api-keys', 'list', '--org-id', organization);
      expect(listed).toMatch(new RegExp(`^${id} +one +${project} `, 'm'));
      expect(listed).toMatch(/^1 +bootstrap +\(all projects\) /m);
      await neon.text('api-keys', 'revoke', String(id), '--org-id', organization);
      expect((await neon.run('me', '--api-key', key)).status).toBe(1);
    });
  });

  describe('what else the command line asks for', () => {
    test('orgs list and ip-allow list', async () => {
      expect(await neon.text('orgs', 'list')).toMatch(/^org-self-hosted-00000001 +Perch$/m);
      expect(await neon.json('orgs', 'list')).toEqual([
        expect.objectContaining({ name: 'Perch', plan: 'self-hosted' }),
      ]);
      expect(await neon.json('projects', 'list', '--org-id', 'org-self-hosted-00000001')).toHaveLength(2);
      expect(await neon.record(...on('ip-allow', 'list'))).toMatchObject({ Id: project, Name: 'boutique' });
    });

    test.each([
      [
        'what protects no longer',
        ['ip-allow', 'add', '192.0.2.1'],
        /'settings.allowed_ips' is not available here: .* use a firewall/,
      ],
      ['an organization that is none', ['projects', 'list', '--org-id', 'org-a-b-12345678'], /does not exist; see GET/],
      ['private networks', ['vpc', 'project', 'list'], /does not exist: .* use a firewall/],
      ['managed auth', ['neon-auth', 'enable'], /does not exist: managed auth is not available yet/],
      ['snapshots', ['snapshots', 'list'], /does not exist: Perch keeps no history/],
      ['buckets', ['buckets', 'list'], /does not exist: Perch has databases and their Data APIs only/],
    ])('%s is refused with what to do', async (_what, args, reason) => {
      const { status, stdout, stderr } = await neon.run(...(args[0] === 'projects' ? args : on(...args)));
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^ERROR: .*\n$/);
      expect(stderr).toMatch(reason);
    });

    test('a project that was deleted cannot be had back', async () => {
      const { status, stderr } = await neon.run('projects', 'recover', project);
      expect([status, stderr]).toEqual([1, expect.stringMatching(/does not exist: what was deleted is gone\n$/)]);
      expect(await neon.text('projects', 'list', '--recoverable-only')).toContain(
        "don't have any recoverable projects",
      );
    });

    test('link finds the organization of a project and pulls what connects to it', async () => {
      const context = path.join(folder, 'linked', '.neon');
      fs.mkdirSync(path.dirname(context));
      const { status, stderr } = await neon.run('link', '--yes', '--project-id', project, '--context-file', context);
      expect([status, stderr]).toEqual([0, expect.stringContaining('DATABASE_URL')]);
      expect(JSON.parse(fs.readFileSync(context, 'utf8'))).toEqual({
        orgId: 'org-self-hosted-00000001',
        projectId: project,
        branch: 'main',
      });
      expect(await neon.table('branches', 'list', '--context-file', context)).toEqual([
        expect.objectContaining({ Name: '[default] [current] main' }),
      ]);
    });

    test('set-context spares later commands the project', async () => {
      const context = path.join(folder, 'context');
      const { status } = await neon.run('set-context', '--context-file', context, '--project-id', project);
      expect(status).toBe(0);
      expect(JSON.parse(fs.readFileSync(context, 'utf8'))).toEqual({ projectId: project });
      expect(await neon.table('branches', 'list', '--context-file', context)).toHaveLength(1);
    });
  });

  describe('the network', () => {
    test('a client that goes elsewhere is refused and seen', async () => {
      const script = `fetch('http://192.0.2.1:81').catch((error) => console.log(error.cause.code))`;
      const seen = path.join(folder, 'seen');
      const { stdout } = await runToEnd(['--eval', script], {
        cwd: folder,
        env: { ...neon.env, PERCH_REFUSED_CONNECTIONS: seen },
      });
      expect(stdout.trim()).toBe('ECONNREFUSED');
      expect(fs.readFileSync(seen, 'utf8')).toBe('192.0.2.1:81\n');
    });

    test('no command went elsewhere', () => expect(neon.refusedConnections()).toEqual([]));
  });
});

async function ask(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString, enableChannelBinding: true });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
