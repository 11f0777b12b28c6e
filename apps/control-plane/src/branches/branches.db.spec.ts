/** Branches over HTTP, with a worker that pretends. */
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';

const BRANCH_ID = /^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/;

describe('the branches of a project', () => {
  let perch: TestControlPlane;
  let idle: TestControlPlane;

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    idle = await startTestControlPlane();
  });
  afterAll(async () => {
    await perch.stop();
    await idle.stop();
  });

  const newProject = async (on = perch) => {
    const { body } = await on.call('POST', '/api/v2/projects', { body: { project: {} } });
    return { root: body.branch.id, path: `/api/v2/projects/${body.project.id}/branches`, project: body };
  };
  const branch = async (path: string, body: unknown = {}, on = perch) => (await on.call('POST', path, { body })).body;

  test('a body-less create makes a branch of the default one with its roles and databases, and no endpoint', async () => {
    const { root, path } = await newProject();
    const { status, body } = await perch.call('POST', path);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      branch: { parent_id: root, current_state: 'ready', default: false, name: body.branch.id },
      endpoints: [],
      roles: [{ name: 'appdb_owner' }],
      databases: [{ name: 'appdb', owner_name: 'appdb_owner' }],
    });
    expect(body.branch.id).toMatch(BRANCH_ID);
    expect(body.connection_uris).toBeUndefined();
    expect(body.operations.map(({ action, status: of }: never) => [action, of])).toEqual([
      ['create_branch', 'finished'],
      ['suspend_compute', 'finished'],
    ]);
    expect((await perch.call('GET', `${path}/${body.branch.id}/endpoints`)).body).toEqual({ endpoints: [] });
  });

  test("what the command line sends makes an endpoint, a connection string with the parent's password, an annotation", async () => {
    const { root, path, project } = await newProject();
    const body = await branch(path, {
      branch: { name: 'dev', parent_id: root },
      endpoints: [{ type: 'read_write', suspend_timeout_seconds: 60 }],
      annotation_value: { by: 'ci' },
    });
    expect(body.endpoints).toMatchObject([
      { branch_id: body.branch.id, type: 'read_write', suspend_timeout_seconds: 60 },
    ]);
    const { connection_parameters: shown } = body.connection_uris[0];
    const ofParent = project.connection_uris[0].connection_parameters;
    expect([shown.role, shown.password]).toEqual([ofParent.role, ofParent.password]);
    expect(shown.host).not.toBe(ofParent.host);
    expect((await perch.call('GET', `${path}/${body.branch.id}`)).body.annotation.value).toEqual({ by: 'ci' });
    const { body: list } = await perch.call('GET', `${path}?search=DEV`);
    expect(list.branches.map(({ name }: never) => name)).toEqual(['dev']);
    expect((await perch.call('GET', `${path}/count`)).body).toEqual({ count: 2 });
  });

  test.each([
    [
      'a moment of the past',
      { branch: { parent_timestamp: '2026-01-01T00:00:00Z' } },
      400,
      'branch.option-unavailable',
    ],
    ['a place in the log', { branch: { parent_lsn: '0/1' } }, 400, 'branch.option-unavailable'],
    ['a schema alone', { branch: { init_source: 'schema-only' } }, 400, 'branch.option-unavailable'],
    [
      'a URL where branches are copies',
      { branch: { perch: { connection_url: 'postgres://x' } } },
      400,
      'branch.option-unavailable',
    ],
    ['a parent that is not there', { branch: { parent_id: 'br-no-such-12345678' } }, 404, 'branch.not-found'],
    ['a name in the shape of an id', { branch: { name: 'br-still-lake-12345678' } }, 400, 'request.invalid'],
    ['an empty name', { branch: { name: ' ' } }, 400, 'request.invalid'],
    ['a read-only endpoint', { endpoints: [{ type: 'read_only' }] }, 400, 'request.invalid'],
    ['a name that is taken', { branch: { name: 'main' } }, 409, 'branch.name-taken'],
  ])('%s is refused, and no branch is made', async (_what, body, status, code) => {
    const { path } = await newProject();
    const answer = await perch.call('POST', path, { body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await perch.call('GET', `${path}/count`)).body).toEqual({ count: 1 });
  });

  test("a child has its parent's active data APIs, with a URL and a login of their own", async () => {
    const { root, path } = await newProject();
    const settings = { db_max_rows: 7 };
    await perch.call('POST', `${path}/${root}/data-api`, { body: { settings, add_default_grants: true } });
    const child = await branch(path, { endpoints: [{ type: 'read_write' }] });
    const of = async (id: string) => (await perch.call('GET', `${path}/${id}/data-api`)).body;
    const [inherited, original] = [await of(child.branch.id), await of(root)];
    expect(inherited).toMatchObject({ status: 'active', settings, add_default_grants: true });
    expect(inherited.url).toContain(child.endpoints[0].id);
    const url = async ({ endpoint_id: endpointId }: { endpoint_id: string }) =>
      (await perch.database.tenants.snapshot({ endpointId, database: 'appdb' }))?.database_url;
    expect(await url(inherited)).not.toBe(await url(original));
    expect((await perch.call('POST', `${path}/${child.branch.id}/data-api`)).status).toBe(409);
  });

  test('renaming, protecting and making default keep names unique and one default', async () => {
    const { root, path } = await newProject();
    const { branch: dev } = await branch(path, { branch: { name: 'dev' } });
    const patch = (body: unknown) => perch.call('PATCH', `${path}/${dev.id}`, { body: { branch: body } });
    expect((await patch({ name: 'staging' })).body).toMatchObject({ branch: { name: 'staging' }, operations: [] });
    expect((await patch({ name: 'staging' })).status).toBe(200);
    expect((await patch({ name: 'main' })).body.code).toBe('branch.name-taken');
    expect((await patch({ expires_at: null, protected: true })).body.branch.protected).toBe(true);
    const made = await perch.call('POST', `${path}/${dev.id}/set_as_default`);
    expect([made.status, made.body]).toMatchObject([200, { branch: { default: true, primary: true }, operations: [] }]);
    expect((await perch.call('GET', `${path}/${root}`)).body.branch.default).toBe(false);
  });

  test('delete refuses root, default, protected and parents, and answers 204 once it is gone', async () => {
    const { root, path } = await newProject();
    const { branch: dev } = await branch(path, { branch: { name: 'dev' }, endpoints: [{ type: 'read_write' }] });
    const { branch: leaf } = await branch(path, { branch: { name: 'leaf', parent_id: dev.id, protected: true } });
    const remove = async (id: string) => {
      const { status, body } = await perch.call('DELETE', `${path}/${id}`);
      return [status, body?.code];
    };
    expect(await remove(root)).toEqual([422, 'branch.not-deletable']);
    expect(await remove(dev.id)).toEqual([422, 'branch.not-deletable']);
    expect(await remove(leaf.id)).toEqual([422, 'branch.not-deletable']);
    await perch.call('POST', `${path}/${leaf.id}/set_as_default`);
    expect(await remove(root)).toEqual([422, 'branch.not-deletable']);
    await perch.call('POST', `${path}/${root}/set_as_default`);
    await perch.call('PATCH', `${path}/${leaf.id}`, { body: { branch: { protected: false } } });
    const gone = await perch.call('DELETE', `${path}/${leaf.id}`);
    expect([gone.status, gone.body]).toMatchObject([
      200,
      { branch: { id: leaf.id, name: 'leaf' }, operations: [{ action: 'delete_timeline' }] },
    ]);
    expect((await perch.call('GET', `${path}/${leaf.id}`)).status).toBe(404);
    expect(await remove(leaf.id)).toEqual([204, undefined]);
    // The name is free at once, and the parent may go.
    await branch(path, { branch: { name: 'leaf' } });
    expect((await perch.call('DELETE', `${path}/${dev.id}`)).status).toBe(200);
    await until(async () => (await perch.database.branches.findEvenDeleted(dev.id)) === undefined);
  });

  test('restore copies the parent again and provisions the data APIs anew', async () => {
    const { root, path } = await newProject();
    await perch.call('POST', `${path}/${root}/data-api`);
    const { branch: dev } = await branch(path, { endpoints: [{ type: 'read_write' }] });
    const restore = (body: unknown) => perch.call('POST', `${path}/${dev.id}/restore`, { body });
    const { status, body } = await restore({ source_branch_id: root });
    expect([status, body]).toMatchObject([200, { branch: { id: dev.id, current_state: 'resetting' } }]);
    expect(body.operations.map(({ action }: never) => action)).toEqual(['create_branch', 'apply_config']);
    await until(async () => (await perch.call('GET', `${path}/${dev.id}`)).body.branch.current_state === 'ready');
    expect((await perch.call('GET', `${path}/${dev.id}`)).body.branch.last_reset_at).toEqual(expect.any(String));
    for (const [refused, code] of [
      [{ source_branch_id: dev.id }, 'branch.option-unavailable'],
      [{ source_branch_id: root, source_timestamp: '2026-01-01T00:00:00Z' }, 'branch.option-unavailable'],
      [{ source_branch_id: root, preserve_under_name: 'old' }, 'branch.option-unavailable'],
      [{ source_branch_id: 'br-no-such-12345678' }, 'branch.not-found'],
      [{}, 'request.invalid'],
    ] as const) {
      expect((await restore(refused)).body.code).toBe(code);
    }
  });

  test('while the parent or the branch is changing the answer is 423, and copies of one parent go side by side', async () => {
    const { root, path } = await newProject(idle);
    expect((await idle.call('POST', path)).status).toBe(423);
    const finish = async () => {
      for (const id of await idle.database.operations.runnable()) {
        await idle.database.operations.claim(id);
        await idle.database.operations.finish(id);
      }
    };
    await finish();
    await finish();
    await idle.database.branchLifecycles.setState(root, 'ready');
    const [a, b] = await Promise.all([idle.call('POST', path), idle.call('POST', path)]);
    expect([a.status, b.status]).toEqual([201, 201]);
    const child = a.body.branch.id;
    for (const [method, at, body] of [
      ['DELETE', `${path}/${child}`, undefined],
      ['POST', `${path}/${child}/restore`, { source_branch_id: root }],
      ['POST', path, { branch: { parent_id: child } }],
    ] as const) {
      const answer = await idle.call(method, at, { ...(body !== undefined && { body }) });
      expect([method, at, answer.status, answer.body.code]).toEqual([method, at, 423, 'branch.busy']);
    }
  }, 90_000);

  test('a branch of an attached Postgres is another one that the user gives', async () => {
    const body = { project: { perch: { compute: 'attached', connection_url: perch.databaseUrl } } };
    const { body: created } = await perch.call('POST', '/api/v2/projects', { body });
    const path = `/api/v2/projects/${created.project.id}/branches`;
    const refused = await perch.call('POST', path);
    expect([refused.status, refused.body.code]).toEqual([400, 'branch.connection-url-needed']);
    const away = { branch: { perch: { connection_url: 'postgres://u:p@127.0.0.1:1/x' } } };
    expect((await perch.call('POST', path, { body: away })).body.code).toBe('compute.not-usable');
    const second = {
      branch: { name: 'b', perch: { connection_url: idle.databaseUrl } },
      endpoints: [{ type: 'read_write' }],
    };
    const { status, body: child } = await perch.call('POST', path, { body: second });
    expect([status, child]).toMatchObject([
      201,
      { branch: { name: 'b', parent_id: created.branch.id, current_state: 'ready' }, operations: [] },
    ]);
    // It is on the server of its parent, where the same role owns every other database too.
    expect(child.databases.map(({ name }: { name: string }) => name)).toEqual([
      new URL(idle.databaseUrl).pathname.slice(1),
    ]);
    expect((await perch.call('DELETE', `${path}/${child.branch.id}`)).status).toBe(200);
  });
});
