/** The libraries that people script Neon and query PostgREST with, unchanged, against a Perch of its own. */
import { jest } from '@jest/globals';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { createProject, runSql, type TestProject } from './harness/management.js';
import { compatNote, describeCompat, importCompat } from './harness/neon-cli.js';
import { usePerch } from './harness/use-perch.js';

jest.setTimeout(60_000);

const DATA_API_URL = /^http:\/\/127\.0\.0\.1:\d+\/ep-[a-z]+-[a-z]+-[a-z0-9]{8}\/appdb\/rest\/v1$/;

describeCompat(`client libraries${compatNote}`, () => {
  const perch = usePerch();
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await startIssuer();
  }, 90_000);

  afterAll(async () => {
    await issuer?.close();
  });

  describe('@neon/sdk', () => {
    // The libraries' own types are there only where compat/ is installed.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    let neon: any;
    let projectId: string;
    let branchId: string;

    beforeAll(async () => {
      const { createNeonClient } = await importCompat('@neon/sdk');
      neon = createNeonClient({
        apiKey: perch.up.api_key,
        baseUrl: perch.up.api_url,
        throwOnError: true,
        retries: 0,
        wait: { pollIntervalMs: 50, timeoutMs: 30_000 },
      });
    });

    test('createAndConnect waits for the operations and gives a URL that connects', async () => {
      const { project, connectionString } = await neon.projects.createAndConnect({ name: 'by-sdk' });
      projectId = project.id;
      expect((await runSql(connectionString, 'SELECT current_database() AS name')).rows).toEqual([{ name: 'appdb' }]);
      const operations = await neon.operations.list({ projectId }).all();
      expect(operations.map(({ status }: { status: string }) => status)).toEqual(['finished', 'finished']);
    });

    test('reads what the project consists of', async () => {
      expect(await neon.projects.get({ projectId })).toMatchObject({ id: projectId, name: 'by-sdk' });
      const names = (await neon.projects.list().all()).map(({ name }: { name: string }) => name);
      expect(names).toEqual(['by-sdk', 'demo']);
      const branch = await neon.branches.getDefault({ projectId });
      branchId = branch.id;
      expect(branch).toMatchObject({ name: 'main', default: true });
      expect(await neon.branches.list({ projectId }).all()).toEqual([expect.objectContaining({ id: branchId })]);
      const [endpoint] = await neon.postgres.endpoints.listByBranch({ projectId, branchId });
      expect(endpoint).toMatchObject({ branch_id: branchId, type: 'read_write', current_state: 'active' });
      const [database] = await neon.postgres.databases.list({ projectId, branchId });
      const [role] = await neon.postgres.roles.list({ projectId, branchId });
      expect([database.name, database.owner_name]).toEqual(['appdb', role.name]);
      const password = await neon.postgres.roles.password({ projectId, branchId, roleName: role.name });
      const uri = await neon.postgres.connectionString({ projectId, branchId });
      expect(uri).toContain(`${role.name}:${password}@${endpoint.host}/appdb`);
    });

    test('enables, changes and deletes a data API', async () => {
      const target = { projectId, branchId, databaseName: 'appdb' };
      const { url } = await neon.postgres.dataApi.create({
        ...target,
        auth_provider: 'external',
        jwks_url: issuer.jwksUrl,
      });
      expect(url).toMatch(DATA_API_URL);
      await neon.postgres.dataApi.update({ ...target, settings: { db_max_rows: 3 } });
      expect(await neon.postgres.dataApi.get(target)).toMatchObject({
        url,
        status: 'active',
        settings: { db_max_rows: 3 },
      });
      await neon.postgres.dataApi.delete(target);
      const { error } = await neon.postgres.dataApi.get(target, { throwOnError: false });
      expect(error).toMatchObject({ kind: 'not_found', status: 404, requestId: expect.any(String) });
    });

    test('tells a key that is not accepted from everything else', async () => {
      const { createNeonClient } = await importCompat('@neon/sdk');
      const stranger = createNeonClient({ apiKey: 'wrong', baseUrl: perch.up.api_url });
      expect((await stranger.projects.get({ projectId })).error).toMatchObject({ kind: 'auth', status: 401 });
    });

    test('deletes the project', async () => {
      expect(await neon.projects.delete({ projectId })).toMatchObject({ id: projectId });
      const { error } = await neon.projects.get({ projectId }, { throwOnError: false });
      expect(error.kind).toBe('not_found');
    });
  });

  describe('@neondatabase/api-client', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    let api: any;
    let projectId: string;
    let branchId: string;

    beforeAll(async () => {
      const { createApiClient } = await importCompat('@neondatabase/api-client');
      api = createApiClient({ apiKey: perch.up.api_key, baseURL: perch.up.api_url });
    });

    test('makes a project and reads it', async () => {
      const created = await api.createProject({
        project: { name: 'by-api-client', branch: { database_name: 'appdb' } },
      });
      expect(created.status).toBe(201);
      projectId = created.data.project.id;
      branchId = created.data.branch.id;
      expect((await api.listProjects({ limit: 1 })).data.projects).toEqual([
        expect.objectContaining({ id: projectId }),
      ]);
      expect((await api.getProject(projectId)).data.project.name).toBe('by-api-client');
      const { branches } = (await api.listProjectBranches({ projectId })).data;
      expect(branches).toEqual([expect.objectContaining({ id: branchId, default: true })]);
      const [operation] = created.data.operations;
      const { data } = await api.getProjectOperation(projectId, operation.id);
      expect(data.operation).toMatchObject({ id: operation.id, action: operation.action });
      const uri = (await api.getConnectionUri({ projectId, database_name: 'appdb', role_name: 'appdb_owner' })).data
        .uri;
      expect((await runSql(uri, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    test('enables, changes and deletes a data API', async () => {
      const created = await api.createProjectBranchDataApi(projectId, branchId, 'appdb', { jwks_url: issuer.jwksUrl });
      expect([created.status, created.data.url]).toEqual([201, expect.stringMatching(DATA_API_URL)]);
      const settings = { db_max_rows: 4, jwt_role_claim_key: '.role' };
      const patched = await api.updateProjectBranchDataApi(projectId, branchId, 'appdb', { settings });
      expect([patched.status, patched.data]).toEqual([201, {}]);
      const got = await api.getProjectBranchDataApi(projectId, branchId, 'appdb');
      expect(got.data).toMatchObject({
        status: 'active',
        settings,
        available_schemas: expect.arrayContaining(['public']),
      });
      expect((await api.deleteProjectBranchDataApi(projectId, branchId, 'appdb')).status).toBe(200);
      await expect(api.getProjectBranchDataApi(projectId, branchId, 'appdb')).rejects.toMatchObject({
        response: { status: 404, data: { message: "Database 'appdb' has no data API" } },
      });
    });

    test('makes and revokes a key', async () => {
      const { data } = await api.createApiKey({ key_name: 'of-api-client' });
      const { createApiClient } = await importCompat('@neondatabase/api-client');
      const holder = createApiClient({ apiKey: data.key, baseURL: perch.up.api_url });
      expect((await holder.getCurrentUserInfo()).data.login).toBe('perch');
      expect((await api.revokeApiKey(data.id)).data).toMatchObject({ name: 'of-api-client', revoked: true });
      await expect(holder.getCurrentUserInfo()).rejects.toMatchObject({ response: { status: 401 } });
    });

    test('deletes the project', async () => {
      expect((await api.deleteProject(projectId)).data.project.id).toBe(projectId);
      await expect(api.getProject(projectId)).rejects.toMatchObject({ response: { status: 404 } });
    });
  });

  describe('the data API', () => {
    let project: TestProject;
    let url: string;
    let token: string;

    beforeAll(async () => {
      const { createApiClient } = await importCompat('@neondatabase/api-client');
      const api = createApiClient({ apiKey: perch.up.api_key, baseURL: perch.up.api_url });
      project = await createProject(perch.up, 'queried');
      const { data } = await api.createProjectBranchDataApi(project.id, project.branchId, project.database, {
        jwks_url: issuer.jwksUrl,
        jwt_audience: 'app',
        add_default_grants: true,
      });
      url = data.url;
      token = await issuer.token({ sub: 'ann', aud: 'app' });
      await runSql(
        project.connectionUri,
        `CREATE TABLE notes (id int PRIMARY KEY, owner text NOT NULL DEFAULT auth.user_id(), title text NOT NULL);
         ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
         CREATE POLICY own ON notes USING (owner = (SELECT auth.user_id()));
         CREATE FUNCTION titles(prefix text) RETURNS SETOF text LANGUAGE sql STABLE
           AS $$ SELECT title FROM notes WHERE title LIKE prefix || '%' ORDER BY id $$;`,
      );
    }, 60_000);

    /** Each with its own way of saying who asks. */
    const clients: [name: string, make: () => Promise<unknown>][] = [
      [
        'supabase-js',
        async () => {
          const { createClient } = await importCompat('@supabase/supabase-js');
          const options = {
            accessToken: () => Promise.resolve(token),
            // Node.js 20 has no WebSocket of its own, and nothing here opens one.
            realtime: { transport: class {} },
          };
          // It asks at /rest/v1 below the address that it is given.
          return createClient(url.replace(/\/rest\/v1$/, ''), 'no-key', options);
        },
      ],
      [
        'neon-js',
        async () => {
          const { NeonPostgrestClient, fetchWithToken } = await importCompat('@neondatabase/neon-js');
          const options = { global: { fetch: fetchWithToken(() => Promise.resolve(token)) } };
          return new NeonPostgrestClient({ dataApiUrl: url, options });
        },
      ],
    ];

    test.each(clients)('%s writes, reads and calls as the token says', async (_name, make) => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      const client = (await make()) as any;
      await runSql(project.connectionUri, 'TRUNCATE notes');
      const inserted = await client
        .from('notes')
        .insert([
          { id: 1, title: 'tea' },
          { id: 2, title: 'toast' },
        ])
        .select();
      expect([inserted.status, inserted.data]).toEqual([
        201,
        [
          { id: 1, owner: 'ann', title: 'tea' },
          { id: 2, owner: 'ann', title: 'toast' },
        ],
      ]);
      const read = await client.from('notes').select('title', { count: 'exact' }).gt('id', 1).order('id');
      expect([read.data, read.count]).toEqual([[{ title: 'toast' }], 1]);
      expect((await client.rpc('titles', { prefix: 't' })).data).toEqual(['tea', 'toast']);
      expect((await client.from('notes').update({ title: 'jam' }).eq('id', 2).select('title').single()).data).toEqual({
        title: 'jam',
      });
      expect((await client.from('notes').delete().eq('id', 1)).status).toBe(204);
      expect((await client.from('missing').select()).error).toMatchObject({ code: 'PGRST205' });
    });
  });
});
