/** While anything of a branch changes, every other change of it is answered with 423 and does nothing. By every route. */
import { fillRoute } from '../../test/route-requests.js';
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';
import { startTestIssuer, type TestIssuer } from '../../test/test-issuer.js';

/** Changes that no branch can be busy for. */
const neverBusy: Readonly<Record<string, string>> = {
  'post /projects': 'makes its own',
  'post /api_keys': 'a key is not of a branch',
  'delete /api_keys/{id}': 'a key must end at once',
  'post /organizations/{org_id}/api_keys': 'a key is not of a branch',
  'delete /organizations/{org_id}/api_keys/{key_id}': 'a key must end at once',
};

describe('a busy branch', () => {
  let perch: TestControlPlane;
  let issuer: TestIssuer;
  let values: Readonly<Record<string, string>>;
  let special: Readonly<Record<string, { readonly values?: object; readonly body?: unknown }>>;
  let path: string;
  let bare: string;

  const request = (route: string) => {
    const own = special[route] ?? {};
    const filled = fillRoute(route, { ...values, ...own.values });
    return { ...filled, body: 'body' in own ? own.body : filled.body };
  };
  const state = async () =>
    Promise.all(
      [path, ...['/branches', '/endpoints', '/jwks'].map((part) => path + part)]
        .concat(['/roles', '/databases', '/data-api'].map((part) => `${path}/branches/${values['branch_id']}${part}`))
        .map(async (url) => (await perch.call('GET', url)).body),
    );
  const keepBusy = (branchId: string) =>
    perch.database.operations.create({ projectId: values['project_id'] ?? '', branchId, action: 'check_availability' });

  beforeAll(async () => {
    perch = await startTestControlPlane();
    issuer = await startTestIssuer();
    await perch.startWorker();
    const made = (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body;
    path = `/api/v2/projects/${made.project.id}`;
    const copy = { branch: { name: 'dev' }, endpoints: [{ type: 'read_write' }] };
    const dev = (await perch.call('POST', `${path}/branches`, { body: copy })).body;
    bare = (await perch.call('POST', `${path}/branches`, { body: { branch: { name: 'bare' } } })).body.branch.id;
    const branch = `${path}/branches/${dev.branch.id}`;
    const plain = { database: { name: 'plain', owner_name: 'appdb_owner' } };
    expect((await perch.call('POST', `${branch}/databases`, { body: plain })).status).toBe(201);
    expect((await perch.call('POST', `${branch}/roles`, { body: { role: { name: 'helper' } } })).status).toBe(201);
    const provider = { jwks_url: issuer.url };
    expect((await perch.call('POST', `${branch}/data-api/appdb`, { body: provider })).body.status).toBe('active');
    const { jwks } = (await perch.call('GET', `${path}/jwks`)).body;
    values = {
      project_id: made.project.id,
      branch_id: dev.branch.id,
      endpoint_id: dev.endpoints[0].id,
      database_name: 'appdb',
      role_name: 'helper',
      jwks_id: jwks[0].id,
    };
    const ofBranch = '/projects/{project_id}/branches/{branch_id}';
    special = {
      'post /projects/{project_id}/branches': { body: { branch: { parent_id: dev.branch.id } } },
      [`post ${ofBranch}/restore`]: { body: { source_branch_id: made.branch.id } },
      'post /projects/{project_id}/endpoints': { body: { endpoint: { branch_id: bare, type: 'read_write' } } },
      'post /projects/{project_id}/jwks': { body: { jwks_url: issuer.url, provider_name: 'another' } },
      [`post ${ofBranch}/data-api`]: { body: { database_name: 'plain' } },
      [`post ${ofBranch}/data-api/{database_name}`]: { values: { database_name: 'plain' } },
      [`patch ${ofBranch}/databases/{database_name}`]: {
        values: { database_name: 'plain' },
        body: { database: { name: 'other' } },
      },
      [`delete ${ofBranch}/databases/{database_name}`]: { values: { database_name: 'plain' } },
    };
  });
  afterAll(async () => {
    await issuer.close();
    await perch.stop();
  });

  test('is changed by no route, and nothing happens', async () => {
    const operations = [await keepBusy(values['branch_id'] ?? ''), await keepBusy(bare)];
    const before = await state();
    const api = (await perch.call('GET', '/api/v2/openapi.json')).body;
    const changes = Object.entries<object>(api.paths).flatMap(([at, methods]) =>
      Object.keys(methods).flatMap((method) => (method === 'get' ? [] : [`${method} ${at}`])),
    );
    const met = new Map<string, unknown>();
    for (const route of changes.filter((one) => !(one in neverBusy))) {
      const { method, path: at, body } = request(route);
      const answer = await perch.call(method, at, { body });
      met.set(route, [answer.status, answer.body?.code, answer.headers.get('retry-after')]);
    }
    expect(met.size).toBeGreaterThan(23);
    expect(Object.fromEntries(met)).toEqual(
      Object.fromEntries([...met.keys()].map((route) => [route, [423, 'branch.busy', '1']])),
    );
    expect(await state()).toEqual(before);
    for (const { id } of operations) {
      await perch.database.operations.claim(id);
      await perch.database.operations.finish(id);
    }
  });

  test('takes the same requests afterwards', async () => {
    const ofBranch = '/projects/{project_id}/branches/{branch_id}';
    const statuses: unknown[] = [];
    for (const route of [
      'patch /projects/{project_id}',
      'patch /projects/{project_id}/endpoints/{endpoint_id}',
      `patch ${ofBranch}`,
      `patch ${ofBranch}/data-api`,
      `patch ${ofBranch}/data-api/{database_name}`,
      `post ${ofBranch}/data-api/{database_name}`,
      'delete /projects/{project_id}/jwks/{jwks_id}',
      `delete ${ofBranch}/data-api/{database_name}`,
      `post ${ofBranch}/set_as_default`,
      'delete /projects/{project_id}',
    ]) {
      const { method, path: at, body } = request(route);
      statuses.push((await perch.call(method, at, { body })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 201, 201, 201, 200, 200, 200, 200]);
  });

  test('that only waits for another try of what failed does not keep its project', async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const { project, branch } = body;
    const failing = { projectId: project.id, branchId: branch.id, action: 'check_availability' } as const;
    const { id } = await perch.database.operations.create(failing);
    await perch.database.operations.claim(id);
    const at = `/api/v2/projects/${project.id}`;
    expect((await perch.call('DELETE', at)).status).toBe(423);
    await perch.database.operations.recordFailure(id, { error: 'away', retryAt: new Date(Date.now() + 60_000) });
    expect((await perch.call('PATCH', at, { body: { project: {} } })).status).toBe(423);
    expect((await perch.call('DELETE', at)).status).toBe(200);
    await until(async () => (await perch.database.projects.findEvenDeleted(project.id)) === undefined);
  });
});
