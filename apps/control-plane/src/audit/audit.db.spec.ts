/** The audit log over HTTP: every call that changes or reveals something is in it, and no secret is. */
import { fillRoute } from '../../test/route-requests.js';
import {
  startTestControlPlane,
  TEST_API_KEY,
  until,
  type CallOptions,
  type TestControlPlane,
} from '../../test/test-control-plane.js';

interface Entry {
  readonly request_id: string;
  readonly key: { readonly id: number; readonly name: string };
  readonly project_id?: string;
  readonly action: string;
  readonly target: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly error_code?: string;
  readonly finished_at?: string;
}

describe('the audit log', () => {
  let perch: TestControlPlane;
  /** What the worker waits for before it does an operation. */
  let gate = Promise.resolve();
  let calls = 0;

  /** With a request id of its own, and the entry it left. */
  const call = async (method: string, path: string, options: CallOptions = {}) => {
    calls += 1;
    const requestId = `call-${calls}`;
    const answer = await perch.call(method, path, {
      ...options,
      headers: { 'x-request-id': requestId, ...options.headers },
    });
    const entry = (await entries()).find((one) => one.request_id === requestId);
    return { ...answer, entry };
  };
  const entries = async (query = '', headers = {}): Promise<readonly Entry[]> =>
    (await perch.call('GET', `/api/v2/audit_log?limit=1000${query}`, { headers })).body.entries;
  const newProject = async () => (await call('POST', '/api/v2/projects', { body: { project: {} } })).body;
  const newKey = async (project_id: string, key_name: string) => {
    const { body } = await call('POST', '/api/v2/api_keys', { body: { key_name, project_id } });
    return { authorization: `Bearer ${body.key}` };
  };

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker(() => gate);
  });
  afterAll(() => perch.stop());

  test('says who did what to what, when, and how it went', async () => {
    const { body, entry } = await call('POST', '/api/v2/projects', { body: { project: {} } });
    expect(entry).toEqual({
      id: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
      request_id: expect.stringMatching(/^call-/),
      key: { id: expect.any(Number), name: 'bootstrap' },
      project_id: body.project.id,
      action: 'POST /projects',
      target: { project_id: body.project.id, branch_id: body.branch.id, endpoint_id: body.endpoints[0].id },
      status: 201,
      finished_at: expect.stringMatching(/Z$/),
      address: expect.stringContaining('127.0.0.1'),
    });
    const branch = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}`;
    const role = await call('POST', `${branch}/roles`, { body: { role: { name: 'helper' } } });
    expect(role.entry?.target).toEqual({
      project_id: body.project.id,
      branch_id: body.branch.id,
      role_name: 'helper',
    });
    const refused = await call('DELETE', branch);
    expect(refused.entry).toMatchObject({
      action: 'DELETE /projects/{project_id}/branches/{branch_id}',
      project_id: body.project.id,
      status: 422,
      error_code: 'branch.not-deletable',
    });
  });

  test.each([
    ['a body that is not JSON', { body: '{"role":' }, 400, 'request.malformed-json'],
    ['a body of another type', { body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'request.unsupported'],
    ['a body that is too large', { body: JSON.stringify('x'.repeat(2_000_000)) }, 413, 'request.body-too-large'],
    ['a body that does not fit', { body: { project: { name: 7 } } }, 400, 'request.invalid'],
    ['a null character', { body: { project: { name: '\u0000' } } }, 400, 'request.not-readable'],
  ])('has what was refused because of %s', async (_what, options, status, code) => {
    const { entry } = await call('POST', '/api/v2/projects', options);
    expect(entry).toMatchObject({ action: 'POST /projects', status, error_code: expect.stringContaining(code) });
  });

  test('has every call by every route that changes or reveals something, and no other', async () => {
    const { project, branch, endpoints, operations } = await newProject();
    const values = {
      project_id: project.id,
      branch_id: branch.id,
      endpoint_id: endpoints[0].id,
      operation_id: operations[0].id,
      jwks_id: operations[0].id,
      database_name: 'appdb',
      role_name: 'appdb_owner',
      id: '999999',
    };
    const api = (await perch.call('GET', '/api/v2/openapi.json')).body;
    const routes = Object.entries<object>(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const isDestructive = (route: string) => route === 'delete /projects/{project_id}';
    const ordered = [...routes.filter((one) => !isDestructive(one)), ...routes.filter(isDestructive)];
    const reveal = /reveal_password$|connection_uri$/;
    const met: unknown[] = [];
    for (const route of ordered) {
      const { method, path, body } = fillRoute(route, values);
      const { status, entry } = await call(method, path, { body });
      const [, pattern] = route.split(' ');
      met.push([route, entry && [entry.action, entry.status]]);
      const wanted = method !== 'GET' || reveal.test(route) ? [`${method} ${pattern}`, status] : undefined;
      expect(met.at(-1)).toEqual([route, wanted]);
    }
    expect(met.length).toBeGreaterThan(50);
    expect(met.filter((one) => Array.isArray(one) && one[1] !== undefined).length).toBeGreaterThan(28);
  });

  test('has a call before it is done, so that one that is cut off is in it', async () => {
    const { project, branch } = await newProject();
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const path = `/api/v2/projects/${project.id}/branches/${branch.id}/roles`;
    const pending = call('POST', path, { body: { role: { name: 'slow' } } });
    const mine = async () => (await entries(`&project_id=${project.id}`))[0];
    await until(async () => (await mine())?.action.endsWith('/roles') === true);
    const under = await mine();
    expect([under?.status, under?.finished_at]).toEqual([undefined, undefined]);
    open();
    expect((await pending).entry).toMatchObject({ status: 201, finished_at: expect.any(String) });
  });

  test('is asked before anything is done: what it cannot hold does not happen', async () => {
    const before = (await perch.call('GET', '/api/v2/projects?limit=400')).body.projects.length;
    await perch.query('ALTER TABLE audit_entries RENAME TO away');
    const { status } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    await perch.query('ALTER TABLE away RENAME TO audit_entries');
    expect(status).toBe(500);
    expect((await perch.call('GET', '/api/v2/projects?limit=400')).body.projects).toHaveLength(before);
  });

  test('pages end with fewer rows than asked for, newest first', async () => {
    const all = (await entries()).map(({ request_id }) => request_id);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await perch.call('GET', `/api/v2/audit_log?limit=7${cursor}`);
      seen.push(...body.entries.map(({ request_id }: Entry) => request_id));
      if (body.entries.length < 7) break;
      cursor = `&cursor=${encodeURIComponent(body.pagination.cursor)}`;
    }
    expect(seen).toEqual(all);
    for (const cursor of ['bogus', Buffer.from('["x"]').toString('base64url')]) {
      const refused = await perch.call('GET', `/api/v2/audit_log?cursor=${cursor}`);
      expect([refused.status, refused.body.code]).toEqual([400, 'pagination.cursor-unknown']);
    }
  });

  test('shows a key of one project that project, and of others not even who tried', async () => {
    const [mine, other] = [await newProject(), await newProject()];
    const mineHeaders = await newKey(mine.project.id, 'of mine');
    const otherHeaders = await newKey(other.project.id, 'of other');
    const path = `/api/v2/projects/${other.project.id}`;
    const tried = await call('PATCH', path, { body: { project: { name: 'taken' } }, headers: mineHeaders });
    expect(tried.entry).toMatchObject({ status: 404, project_id: mine.project.id, key: { name: 'of mine' } });
    const ofMine = await entries('', mineHeaders);
    expect(ofMine.map(({ action }) => action)).toEqual([
      'PATCH /projects/{project_id}',
      'POST /api_keys',
      'POST /projects',
    ]);
    const ofOther = await entries('', otherHeaders);
    expect(JSON.stringify(ofOther)).not.toContain('of mine');
    expect(new Set(ofOther.map(({ project_id }) => project_id))).toEqual(new Set([other.project.id]));
    const refused = await perch.call('GET', `/api/v2/audit_log?project_id=${other.project.id}`, {
      headers: mineHeaders,
    });
    expect([refused.status, refused.body.code]).toEqual([404, 'project.not-found']);
    await call('DELETE', path);
    expect((await entries(`&project_id=${other.project.id}`))[0]).toMatchObject({
      action: 'DELETE /projects/{project_id}',
    });
  });

  test('forgets what is old', async () => {
    await perch.query(
      "UPDATE audit_entries SET created_at = created_at - interval '2 years' WHERE request_id = 'call-1'",
    );
    await perch.database.audit.prune(new Date(Date.now() - 396 * 24 * 60 * 60 * 1000));
    const left = await entries();
    expect(left.some(({ request_id }) => request_id === 'call-1')).toBe(false);
    expect(left.length).toBeGreaterThan(20);
  });

  test('holds no secret that any call showed or was given', async () => {
    const secrets = new Set([TEST_API_KEY]);
    const add = (...found: readonly string[]) => found.forEach((one) => secrets.add(one));
    const made = await newProject();
    const branch = `/api/v2/projects/${made.project.id}/branches/${made.branch.id}`;
    add(made.roles[0].password, made.connection_uris[0].connection_uri);
    const role = (await call('POST', `${branch}/roles`, { body: { role: { name: 'keeper' } } })).body;
    add(role.role.password);
    add((await call('GET', `${branch}/roles/keeper/reveal_password`)).body.password);
    add((await call('POST', `${branch}/roles/keeper/reset_password`)).body.role.password);
    const uri = `/api/v2/projects/${made.project.id}/connection_uri?database_name=appdb&role_name=keeper`;
    add((await call('GET', uri)).body.uri);
    const copied = { branch: { name: 'copy' }, endpoints: [{ type: 'read_write' }] };
    const copy = (await call('POST', `/api/v2/projects/${made.project.id}/branches`, { body: copied })).body;
    add(copy.connection_uris[0].connection_uri, copy.roles[0].password);
    const { key } = (await call('POST', '/api/v2/api_keys', { body: { key_name: 'shown once' } })).body;
    add(key);
    const attached = { compute: 'attached', connection_url: perch.databaseUrl };
    await call('POST', '/api/v2/projects', { body: { project: { perch: attached } } });
    add(perch.databaseUrl);
    // In places where no secret belongs.
    await call('DELETE', `/api/v2/api_keys/${key}`);
    await call('DELETE', `${branch}/roles/${key}`);
    await call('DELETE', `${branch}/databases/${encodeURIComponent(made.connection_uris[0].connection_uri)}`);
    await perch.call('PATCH', branch, { body: { branch: {} }, headers: { 'x-request-id': key } });
    await call('POST', '/api/v2/projects', { body: `{"project": {"perch": "${key}"` });
    const rows = (await perch.query('SELECT row_to_json(a)::text AS row FROM audit_entries a')).rows;
    expect(rows.length).toBeGreaterThan(60);
    expect(secrets.size).toBeGreaterThan(8);
    const told = [...secrets].filter((secret) => rows.some(({ row }) => row.includes(secret)));
    expect(told).toEqual([]);
    expect(rows.filter(({ row }) => row.includes('withheld')).length).toBe(4);
  });
});
