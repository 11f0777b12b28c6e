/** Projects over HTTP: the shapes the contract's clients rely on. */
import { branchIdPattern, endpointIdPattern, projectIdPattern } from '@perch/contract';
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';

describe('projects', () => {
  let perch: TestControlPlane;

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
  });
  afterAll(() => perch.stop());

  test('a local project is made whole: branch, endpoint, role, database, operations and a connection', async () => {
    const { status, body } = await perch.call('POST', '/api/v2/projects', { body: { project: { name: 'first' } } });
    expect(status).toBe(201);
    expect(body.project).toMatchObject({
      id: expect.stringMatching(projectIdPattern),
      name: 'first',
      pg_version: 18,
      region_id: 'local',
      store_passwords: true,
      perch: { compute: 'local' },
    });
    expect(body.branch).toMatchObject({
      id: expect.stringMatching(branchIdPattern),
      project_id: body.project.id,
      name: 'main',
      default: true,
      current_state: 'ready',
    });
    expect(body.endpoints).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(endpointIdPattern),
        branch_id: body.branch.id,
        type: 'read_write',
        current_state: 'active',
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      }),
    ]);
    expect(body.operations.map(({ action, status: state }: Record<string, unknown>) => [action, state])).toEqual([
      ['create_timeline', 'finished'],
      ['start_compute', 'finished'],
    ]);
    expect(body.databases).toEqual([expect.objectContaining({ name: 'appdb', owner_name: 'appdb_owner' })]);
    const { password } = body.roles[0];
    expect(body.connection_uris).toEqual([
      {
        connection_uri: `postgresql://appdb_owner:${password}@${body.endpoints[0].host}/appdb`,
        connection_parameters: {
          database: 'appdb',
          password,
          role: 'appdb_owner',
          host: body.endpoints[0].host,
          pooler_host: body.endpoints[0].host,
        },
      },
    ]);
  });

  test("names of branch, role and database are the caller's, and reserved ones are refused", async () => {
    const branch = { name: 'trunk', role_name: 'Ann "A"', database_name: 'crm data' };
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: { name: 'named', branch } } });
    expect([body.branch.name, body.roles[0].name, body.databases[0].name]).toEqual(['trunk', 'Ann "A"', 'crm data']);
    expect(new URL(body.connection_uris[0].connection_uri).username).toBe('Ann%20%22A%22');
    for (const bad of [
      { role_name: 'authenticator' },
      { role_name: 'pg_boss' },
      { role_name: 'perch_admin' },
      { database_name: 'postgres' },
    ]) {
      const refused = await perch.call('POST', '/api/v2/projects', { body: { project: { branch: bad } } });
      expect([refused.status, refused.body.code]).toEqual([400, 'project.name-reserved']);
    }
  });

  test.each([
    ['settings.allowed_ips', { settings: { allowed_ips: { ips: ['10.0.0.1'] } } }],
    ['settings.block_public_connections', { settings: { block_public_connections: true } }],
    ['settings.block_vpc_connections', { settings: { block_vpc_connections: true } }],
    ['settings.hipaa', { settings: { hipaa: true } }],
    ['settings.audit_log_level', { settings: { audit_log_level: 'full' } }],
    ['settings.enable_logical_replication', { settings: { enable_logical_replication: true } }],
    ['settings.quota', { settings: { quota: { active_time_seconds: 60 } } }],
    ['settings.preload_libraries', { settings: { preload_libraries: { enabled_libraries: ['timescaledb'] } } }],
    ['default_endpoint_settings.pg_settings', { default_endpoint_settings: { pg_settings: { work_mem: '1GB' } } }],
  ])('%s is refused, not kept without effect', async (option, project) => {
    const list = (await perch.call('GET', '/api/v2/projects')).body.projects;
    for (const [method, path] of [
      ['POST', ''],
      ['PATCH', `/${list[0].id}`],
    ] as const) {
      const { status, body } = await perch.call(method, `/api/v2/projects${path}`, { body: { project } });
      expect([status, body.message]).toEqual([400, expect.stringContaining(`'${option}' is not available here: `)]);
    }
    expect((await perch.call('GET', '/api/v2/projects')).body.projects).toEqual(list);
  });

  test('settings that ask for nothing are kept, one beside another', async () => {
    const asksNothing = { allowed_ips: { ips: [], protected_branches_only: false }, hipaa: false, quota: {} };
    const made = await perch.call('POST', '/api/v2/projects', { body: { project: { settings: asksNothing } } });
    expect([made.status, made.body.project.settings]).toEqual([201, asksNothing]);
    const more = { maintenance_window: { weekdays: [7], start_time: '01:00', end_time: '02:00' } };
    const path = `/api/v2/projects/${made.body.project.id}`;
    const { body } = await perch.call('PATCH', path, { body: { project: { settings: more } } });
    expect(body.project.settings).toEqual({ ...asksNothing, ...more });
    expect((await perch.call('DELETE', path)).status).toBe(200);
  });

  test('no project that was deleted can be had back', async () => {
    expect((await perch.call('GET', '/api/v2/projects?recoverable=true')).body.projects).toEqual([]);
  });

  test('every local endpoint has a port of its own, also when made at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => perch.call('POST', '/api/v2/projects', { body: { project: {} } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.endpoints[0].host)).size).toBe(4);
  });

  test('what is not offered is refused with the reason', async () => {
    const create = (project: object) => perch.call('POST', '/api/v2/projects', { body: { project } });
    expect((await create({ pg_version: 16 })).body).toMatchObject({ code: 'project.pg-version-unavailable' });
    expect((await create({ region_id: 'aws-us-east-2' })).body).toMatchObject({ code: 'project.region-unknown' });
    expect((await create({ perch: { compute: 'attached' } })).body.message).toContain('connection_url');
    const nowhere = { perch: { compute: 'attached', connection_url: 'postgresql://u:secret@127.0.0.1:1/x' } };
    const unreachable = await create(nowhere);
    expect([unreachable.status, unreachable.body.code]).toEqual([400, 'compute.not-usable']);
    expect(unreachable.body.message).toContain('127.0.0.1:1');
    expect(unreachable.body.message).not.toContain('secret');
  });

  test('an attached project takes its roles and databases from the server and needs no operation', async () => {
    const project = { name: 'mine', perch: { compute: 'attached', connection_url: perch.databaseUrl } };
    const { status, body } = await perch.call('POST', '/api/v2/projects', { body: { project } });
    const url = new URL(perch.databaseUrl);
    expect(status).toBe(201);
    expect(body.project).toMatchObject({ pg_version: 18, perch: { compute: 'attached' } });
    expect(JSON.stringify(body.project)).not.toContain(url.password);
    expect(body.operations).toEqual([]);
    expect(body.branch.current_state).toBe('ready');
    expect(body.databases[0].name).toBe(url.pathname.slice(1));
    expect(body.connection_uris[0].connection_uri).toBe(perch.databaseUrl);
  });

  test('pages of projects end with fewer rows than asked for and always carry a cursor', async () => {
    const all = (await perch.call('GET', '/api/v2/projects?limit=400')).body;
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await perch.call('GET', `/api/v2/projects?limit=3${cursor}`);
      expect(body).toMatchObject({ applications: {}, integrations: {} });
      seen.push(...body.projects.map(({ id }: { id: string }) => id));
      expect(body.pagination.cursor.length).toBeGreaterThan(0);
      if (body.projects.length < 3) break;
      cursor = `&cursor=${encodeURIComponent(body.pagination.cursor)}`;
    }
    expect(seen).toEqual(all.projects.map(({ id }: { id: string }) => id));
    expect((await perch.call('GET', '/api/v2/projects?search=firs')).body.projects).toHaveLength(1);
    expect((await perch.call('GET', '/api/v2/projects?cursor=bogus')).status).toBe(400);
  });

  test('a project can be read, renamed and asked for connection URLs', async () => {
    const { id } = (await perch.call('GET', '/api/v2/projects?search=first')).body.projects[0];
    expect(
      (await perch.call('PATCH', `/api/v2/projects/${id}`, { body: { project: { name: 'renamed' } } })).body,
    ).toMatchObject({ project: { id, name: 'renamed' }, operations: [] });
    expect((await perch.call('GET', `/api/v2/projects/${id}`)).body.project.name).toBe('renamed');
    const uri = `/api/v2/projects/${id}/connection_uri?database_name=appdb&role_name=`;
    expect((await perch.call('GET', `${uri}appdb_owner`)).body.uri).toMatch(/^postgresql:\/\/appdb_owner:/);
    expect((await perch.call('GET', `${uri}nobody`)).body.code).toBe('role.not-found');
    expect((await perch.call('GET', `/api/v2/projects/${id}/connection_uri`)).status).toBe(400);
  });

  test('a deleted project is gone at once, and its rows when its computes are', async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: { name: 'short-lived' } } });
    const path = `/api/v2/projects/${body.project.id}`;
    await perch.call('POST', `${path}/branches/${body.branch.id}/data-api`);
    const address = { endpointId: body.endpoints[0].id, database: 'appdb' };
    const before = await perch.database.tenants.snapshot(address);
    expect(before?.status).toBe('active');
    expect((await perch.call('DELETE', path)).body.project.id).toBe(body.project.id);
    expect(await perch.database.tenants.snapshot(address)).toBeUndefined();
    expect(await perch.database.tenants.changesSince(before?.version ?? 0, 10)).toMatchObject({
      changes: [{ endpoint_id: address.endpointId, version: null }],
    });
    for (const gone of [
      path,
      `${path}/branches`,
      `${path}/operations`,
      `${path}/branches/${body.branch.id}/data-api`,
    ]) {
      expect((await perch.call('GET', gone)).status).toBe(404);
    }
    expect((await perch.call('DELETE', path)).status).toBe(404);
    await until(async () => (await perch.database.projects.findEvenDeleted(body.project.id)) === undefined);
  });
});
