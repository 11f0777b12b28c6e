/** What the data API's GET tells of tables that requests reach with no policy in between, of a real database. */
import pg from 'pg';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';

describe('the security summary', () => {
  let perch: TestControlPlane;
  let cluster: TestCluster;
  let path: string;

  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: cluster.url('shop') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const summary = async () => {
    const { body } = await perch.call('GET', path);
    return [body.security.publicly_accessible_tables, body.security.tables_without_row_security];
  };

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    cluster = await createTestCluster();
    const admin = new pg.Client({ connectionString: cluster.url('postgres') });
    await admin.connect();
    await admin.query('CREATE DATABASE shop');
    await admin.query('CREATE ROLE anonymous; CREATE ROLE authenticated; CREATE ROLE guest');
    await admin.end();
    const project = { perch: { compute: 'attached', connection_url: cluster.url('shop') } };
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project } });
    path = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}/data-api`;
    await run(`GRANT USAGE ON SCHEMA public TO anonymous, authenticated, guest;
      CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; GRANT SELECT ON guarded TO anonymous;
      CREATE TABLE nobodys (id int); CREATE SCHEMA inner_room; CREATE TABLE inner_room.open (id int);
      GRANT USAGE ON SCHEMA inner_room TO anonymous; GRANT SELECT ON inner_room.open TO anonymous`);
    expect((await perch.call('POST', path)).body.status).toBe('active');
  }, 60_000);
  afterAll(async () => {
    await perch.stop();
    await cluster.drop();
  });

  test('is empty where policies, grants or the exposed schemas keep requests out', async () => {
    expect(await summary()).toEqual([[], []]);
  });

  test('names what is open without a token and with any token, as of now', async () => {
    await run(`CREATE TABLE everybodys (id int); GRANT SELECT ON everybodys TO anonymous, authenticated;
      CREATE TABLE members (id int, secret text); GRANT UPDATE (secret) ON members TO authenticated`);
    expect(await summary()).toEqual([
      ['public.everybodys', 'public.members'],
      [
        { schema: 'public', name: 'everybodys', roles: ['anonymous', 'authenticated'] },
        { schema: 'public', name: 'members', roles: ['authenticated'] },
      ],
    ]);
    await run('ALTER TABLE members ENABLE ROW LEVEL SECURITY; REVOKE ALL ON everybodys FROM anonymous, authenticated');
    expect(await summary()).toEqual([[], []]);
  });

  test('follows the schemas and the anonymous role of the settings', async () => {
    const settings = { db_schemas: ['public', 'inner_room'], db_anon_role: 'guest' };
    expect((await perch.call('PATCH', path, { body: { settings } })).status).toBe(201);
    await run('CREATE TABLE lobby (id int); GRANT SELECT ON lobby TO guest');
    expect((await summary())[0]).toEqual(['inner_room.open', 'public.lobby']);
  });

  test('is that of the last look while the database is away', async () => {
    await perch.call('PATCH', path, { body: { settings: {} } });
    await cluster.drop();
    expect(await summary()).toEqual([[], []]);
    cluster = await createTestCluster();
  });
});
