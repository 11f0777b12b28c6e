/** What every route has in common: keys, request ids, bodies, errors. */
import {
  startTestControlPlane,
  TEST_API_KEY,
  TEST_FLEET_TOKEN,
  type TestControlPlane,
} from '../../test/test-control-plane.js';

describe('the edge of the management API', () => {
  let perch: TestControlPlane;

  beforeAll(async () => {
    perch = await startTestControlPlane();
  });
  afterAll(() => perch.stop());

  test.each([
    ['no key', {}, 'auth.key-missing'],
    ['another scheme', { authorization: `Basic ${TEST_API_KEY}` }, 'auth.key-missing'],
    ['a wrong key', { authorization: 'Bearer perch_wrong' }, 'auth.key-invalid'],
    ['the fleet token', { authorization: `Bearer ${TEST_FLEET_TOKEN}` }, 'auth.key-invalid'],
  ])('%s is refused in the shape of the contract', async (_what, headers: Record<string, string>, code) => {
    const response = await fetch(`${perch.url}/api/v2/projects`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toEqual({ request_id: expect.any(String), code, message: expect.any(String) });
  });

  test("the caller's request id is echoed, an unfit one is replaced", async () => {
    const mine = await perch.call('GET', '/api/v2/projects/none-such-12345678', {
      headers: { 'x-request-id': 'mine-1' },
    });
    expect([mine.headers.get('x-request-id'), mine.body.request_id]).toEqual(['mine-1', 'mine-1']);
    const unfit = await perch.call('GET', '/api/v2/regions', { headers: { 'x-request-id': 'a b' } });
    expect(unfit.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['an unknown route', 'GET', '/api/v2/nowhere', {}, 404, 'route.not-found'],
    ['an unknown method', 'PUT', '/api/v2/projects', {}, 404, 'route.not-found'],
    ['another organization', 'GET', '/api/v2/organizations/org-a-b-12345678', {}, 404, 'organization.not-found'],
    ['projects of another one', 'GET', '/api/v2/projects?org_id=org-a-b-12345678', {}, 404, 'organization.not-found'],
    ['malformed JSON', 'POST', '/api/v2/projects', { body: '{"project":' }, 400, 'request.malformed-json'],
    ['a body that is no object', 'POST', '/api/v2/projects', { body: '[1]' }, 400, 'request.invalid'],
    ['a wrong type', 'POST', '/api/v2/projects', { body: { project: { name: 7 } } }, 400, 'request.invalid'],
    [
      'another content type',
      'POST',
      '/api/v2/projects',
      { body: 'project=x', headers: { 'content-type': 'text/plain' } },
      415,
      'request.unsupported-media-type',
    ],
    [
      'an oversized body',
      'POST',
      '/api/v2/projects',
      { body: JSON.stringify({ project: { name: 'x'.repeat(2_000_000) } }) },
      413,
      'request.body-too-large',
    ],
    ['a wrong query', 'GET', '/api/v2/projects?limit=0', {}, 400, 'request.invalid'],
    ['a path that cannot be decoded', 'GET', '/api/v2/projects/%ff', {}, 400, 'request.not-readable'],
    [
      'a null character',
      'POST',
      '/api/v2/projects',
      { body: { project: { settings: { a: ['\u0000'] } } } },
      400,
      'request.not-readable',
    ],
    [
      'half a surrogate pair',
      'POST',
      '/api/v2/projects',
      { body: '{"project":{"name":"\\ud800"}}' },
      400,
      'request.not-readable',
    ],
    [
      'a body nested beyond any stack',
      'POST',
      '/api/v2/projects',
      { body: '['.repeat(500_000) + ']'.repeat(500_000) },
      400,
      'request.not-readable',
    ],
    [
      'objects nested beyond any use',
      'POST',
      '/api/v2/projects',
      { body: '{"project":'.repeat(101) + '1' + '}'.repeat(101) },
      400,
      'request.not-readable',
    ],
    ['a null character in the path', 'GET', '/api/v2/projects/%00', {}, 400, 'request.not-readable'],
    ['an unknown project', 'GET', '/api/v2/projects/none-such-12345678', {}, 404, 'project.not-found'],
  ])('%s is answered precisely', async (_what, method, path, options, status, code) => {
    const answer = await perch.call(method, path, options);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body).toEqual({ request_id: expect.any(String), code, message: expect.any(String) });
  });

  test.each([
    ['/projects/p/recover', 'what was deleted is gone'],
    ['/projects/p/branches/b/auth/users', "'auth_provider': 'external'"],
    ['/projects/p/snapshots', 'make a branch to keep what it has'],
    ['/projects/p/vpc_endpoints/v', 'use a firewall'],
    ['/projects/p/branches/b/buckets', 'databases and their Data APIs only'],
    ['/organizations/o/members/m', 'API keys of one project'],
    ['/consumption_history/v2/projects', 'neither meters nor bills'],
  ])('of the contract %s is refused with why it is not there', async (path, reason) => {
    const { status, body } = await perch.call('POST', `/api/v2${path}`, { body: {} });
    expect([status, body.code]).toEqual([404, 'route.not-offered']);
    // Clients look for these words, to tell what a server does not have from what went wrong.
    expect(body.message).toContain(`The route POST /api/v2${path} does not exist: `);
    expect(body.message).toContain(reason);
  });

  test.each(['constructor', 'nothing', 'branches/b/toString'])(
    'a path of no contract, %s, is just not there',
    async (path) => {
      expect((await perch.call('GET', `/api/v2/projects/p/${path}`)).body.code).toBe('route.not-found');
    },
  );

  test('a problem names its field', async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: { pg_version: '18' } } });
    expect(body.message).toContain("'project.pg_version'");
  });

  test('who am I, regions, organizations and health answer', async () => {
    expect((await perch.call('GET', '/api/v2/users/me')).body).toMatchObject({
      login: 'perch',
      projects_limit: expect.any(Number),
    });
    expect((await perch.call('GET', '/api/v2/auth')).body).toEqual({
      account_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      auth_method: 'api_key_user',
    });
    const { organizations } = (await perch.call('GET', '/api/v2/users/me/organizations')).body;
    expect(organizations).toEqual([expect.objectContaining({ name: 'Perch', plan: 'self-hosted' })]);
    expect((await perch.call('GET', `/api/v2/organizations/${organizations[0].id}`)).body).toEqual(organizations[0]);
    expect((await perch.call('GET', '/api/v2/projects/shared?limit=100')).body).toMatchObject({ projects: [] });
    expect((await perch.call('GET', '/api/v2/regions')).body.regions).toHaveLength(1);
    expect(await (await fetch(`${perch.url}/health`)).json()).toEqual({ status: 'ok' });
  });

  test('a key of one project is made by way of the organization that the project names', async () => {
    const { project } = (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body;
    const keys = `/api/v2/organizations/${project.org_id}/api_keys`;
    const { status, body: made } = await perch.call('POST', keys, {
      body: { key_name: 'one', project_id: project.id },
    });
    expect([status, made]).toEqual([200, expect.objectContaining({ name: 'one', project_id: project.id })]);
    const headers = { authorization: `Bearer ${made.key}` };
    expect((await perch.call('GET', '/api/v2/projects', { headers })).body.projects).toHaveLength(1);
    expect((await perch.call('GET', keys, { headers })).status).toBe(403);
    const listed = (await perch.call('GET', keys)).body;
    expect(listed).toContainEqual(expect.objectContaining({ id: made.id, project_id: project.id }));
    expect(JSON.stringify(listed)).not.toContain(made.key);
    expect((await perch.call('DELETE', `${keys}/${made.id}`)).body).toMatchObject({ id: made.id, revoked: true });
    expect((await perch.call('GET', '/api/v2/projects', { headers })).status).toBe(401);
    expect((await perch.call('GET', '/api/v2/organizations/org-a-b-12345678/api_keys')).status).toBe(404);
  });

  test('a key is shown once, works, is known by its use, and stops when revoked', async () => {
    const created = await perch.call('POST', '/api/v2/api_keys', { body: { key_name: 'ci' } });
    expect(created.status).toBe(200);
    const { id, key } = created.body;
    expect(key).toMatch(/^perch_[A-Za-z0-9_-]{43}$/);
    const asKey = { headers: { authorization: `Bearer ${key}` } };
    expect((await perch.call('GET', '/api/v2/regions', asKey)).status).toBe(200);
    const list = await perch.call('GET', '/api/v2/api_keys');
    expect(JSON.stringify(list.body)).not.toContain(key);
    expect(list.body.find((one: { id: number }) => one.id === id)).toMatchObject({
      name: 'ci',
      last_used_at: expect.any(String),
      last_used_from_addr: expect.stringContaining('127.0.0.1'),
    });
    expect((await perch.call('DELETE', `/api/v2/api_keys/${id}`)).body).toMatchObject({ id, revoked: true });
    expect((await perch.call('GET', '/api/v2/regions', asKey)).status).toBe(401);
    expect((await perch.call('DELETE', '/api/v2/api_keys/999999')).status).toBe(404);
  });

  test('a key of one project sees nothing else', async () => {
    const attached = { perch: { compute: 'attached', connection_url: perch.databaseUrl } };
    const [mine, other] = await Promise.all(
      ['mine', 'other'].map((name) =>
        perch.call('POST', '/api/v2/projects', { body: { project: { name, ...attached } } }),
      ),
    );
    const project_id = mine?.body.project.id;
    const { body } = await perch.call('POST', '/api/v2/api_keys', { body: { key_name: 'one', project_id } });
    const headers = { authorization: `Bearer ${body.key}` };
    const ids = (await perch.call('GET', '/api/v2/projects', { headers })).body.projects.map(
      (one: { id: string }) => one.id,
    );
    expect(ids).toEqual([project_id]);
    expect((await perch.call('GET', `/api/v2/projects/${project_id}/branches`, { headers })).status).toBe(200);
    expect((await perch.call('GET', `/api/v2/projects/${other?.body.project.id}`, { headers })).status).toBe(404);
    for (const [method, path] of [
      ['POST', '/api/v2/projects'],
      ['GET', '/api/v2/api_keys'],
      ['POST', '/api/v2/api_keys'],
      ['DELETE', `/api/v2/projects/${project_id}`],
    ] as const) {
      const refused = await perch.call(method, path, {
        headers,
        ...(method === 'POST' && { body: { key_name: 'x' } }),
      });
      expect([method, path, refused.status]).toEqual([method, path, 403]);
    }
  });
});
