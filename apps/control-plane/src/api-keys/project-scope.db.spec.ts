/** Threat: a key of one project that reaches another, by any route of the API. The document lists them. */
import { fillRoute } from '../../test/route-requests.js';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';
import { theOrganization } from '../organizations/the-organization.js';
import type { OpenApiDocument } from '../openapi/openapi-document.js';

/** Routes without a project in their path, and what a key of one project gets there. */
const elsewhere: Readonly<Record<string, number>> = {
  'get /projects': 200,
  'get /projects/shared': 200,
  'post /projects': 403,
  'get /api_keys': 403,
  'post /api_keys': 403,
  'delete /api_keys/{id}': 403,
  'get /audit_log': 200,
  'get /auth': 200,
  'get /users/me': 200,
  'get /users/me/organizations': 200,
  'get /organizations/{org_id}': 200,
  'get /organizations/{org_id}/api_keys': 403,
  'post /organizations/{org_id}/api_keys': 403,
  'delete /organizations/{org_id}/api_keys/{key_id}': 403,
  'get /regions': 200,
  'get /openapi.json': 200,
};

describe('a key of one project', () => {
  let perch: TestControlPlane;
  let api: OpenApiDocument;
  let headers: Readonly<Record<string, string>>;
  let mine: string;
  let other: Readonly<Record<string, string>>;

  const routes = () =>
    Object.entries(api.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  const ask = (route: string, values: Readonly<Record<string, string>>) => {
    const { method, path, body } = fillRoute(route, values);
    return perch.call(method, path, { headers, body });
  };
  const stateOf = async (id: string) =>
    Promise.all(
      ['', '/branches', '/endpoints', '/operations', '/jwks'].map(
        async (path) => (await perch.call('GET', `/api/v2/projects/${id}${path}`)).body,
      ),
    );

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    api = (await perch.call('GET', '/api/v2/openapi.json')).body;
    const [first, second] = [
      (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body,
      (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body,
    ];
    mine = first.project.id;
    other = {
      project_id: second.project.id,
      branch_id: second.branch.id,
      endpoint_id: second.endpoints[0].id,
      operation_id: second.operations[0].id,
      database_name: 'appdb',
      role_name: 'appdb_owner',
    };
    const key = await perch.call('POST', '/api/v2/api_keys', { body: { key_name: 'scoped', project_id: mine } });
    headers = { authorization: `Bearer ${key.body.key}` };
  });
  afterAll(() => perch.stop());

  test('meets nothing of another project by any route', async () => {
    const before = await stateOf(other['project_id'] ?? '');
    const within = routes().filter((route) => route.includes('{project_id}'));
    expect(within.length).toBeGreaterThan(35);
    const open: unknown[] = [];
    for (const route of within) {
      const { status, body } = await ask(route, other);
      const isClosed = (status === 404 && body.code === 'project.not-found') || status === 403;
      if (!isClosed) open.push([route, status, body?.code]);
    }
    expect(open).toEqual([]);
    expect(await stateOf(other['project_id'] ?? '')).toEqual(before);
  });

  test("meets nothing of another project's branch below its own project", async () => {
    const below = routes().filter((route) => /\{(branch_id|endpoint_id|operation_id)\}/.test(route));
    for (const route of below) {
      const { status } = await ask(route, { ...other, project_id: mine });
      expect([route, status === 404 || status === 204]).toEqual([route, true]);
    }
  });

  test('gets what is told of everything else', async () => {
    const rest = routes().filter((route) => !route.includes('{project_id}'));
    const met = await Promise.all(
      rest.map(async (route) => [route, (await ask(route, { org_id: theOrganization.id })).status] as const),
    );
    expect(Object.fromEntries(met)).toEqual(elsewhere);
    const { body } = await perch.call('GET', '/api/v2/projects?limit=400', { headers });
    expect(body.projects.map(({ id }: { id: string }) => id)).toEqual([mine]);
  });
});
