/** Providers of a project over HTTP: they reach the data APIs in their scope, and leave them. */
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';
import { publicKey, startTestIssuer, type TestIssuer } from '../../test/test-issuer.js';

describe('the providers of a project', () => {
  let perch: TestControlPlane;
  let issuer: TestIssuer;

  const newProject = async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const path = `/api/v2/projects/${body.project.id}`;
    const endpointId = body.endpoints[0].id;
    return {
      branchId: body.branch.id,
      jwks: `${path}/jwks`,
      dataApi: `${path}/branches/${body.branch.id}/data-api`,
      snapshot: async () => {
        const snapshot = await perch.database.tenants.snapshot({ endpointId, database: 'appdb' });
        const { jwks, audience } = snapshot?.jwt ?? {};
        return { kids: jwks?.keys.map(({ kid }) => kid), audience, version: snapshot?.version ?? 0 };
      },
    };
  };
  const provider = (more: object = {}) => ({ body: { jwks_url: issuer.url, provider_name: 'Clerk', ...more } });
  const outcome = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];

  beforeAll(async () => {
    perch = await startTestControlPlane();
    issuer = await startTestIssuer();
    await perch.startWorker();
  });
  afterAll(async () => {
    await issuer.close();
    await perch.stop();
  });

  test('one for the whole project is in force at once, and its removal too', async () => {
    const project = await newProject();
    await perch.call('POST', project.dataApi);
    const before = await project.snapshot();
    expect(before.kids).toEqual([]);
    const created = await perch.call('POST', project.jwks, provider({ jwt_audience: 'app' }));
    expect([created.status, created.body]).toEqual([
      201,
      {
        jwks: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          project_id: expect.any(String),
          jwks_url: issuer.url,
          provider_name: 'Clerk',
          jwt_audience: 'app',
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
        operations: [],
      },
    ]);
    const after = await project.snapshot();
    expect(after).toMatchObject({ kids: ['one'], audience: 'app' });
    expect(after.version).toBeGreaterThan(before.version);
    expect((await perch.call('GET', project.jwks)).body).toEqual({ jwks: [created.body.jwks] });
    const removed = await perch.call('DELETE', `${project.jwks}/${created.body.jwks.id}`);
    expect([removed.status, removed.body]).toEqual([200, created.body.jwks]);
    expect(await project.snapshot()).toMatchObject({ kids: [], audience: null });
    expect((await perch.call('GET', project.dataApi)).body.auth_provider).toBeNull();
    expect(outcome(await perch.call('DELETE', `${project.jwks}/${created.body.jwks.id}`))).toEqual([
      404,
      'jwks.not-found',
    ]);
  });

  test('one of a branch serves the data API that is enabled later', async () => {
    const project = await newProject();
    await perch.call('POST', project.jwks, provider({ branch_id: project.branchId, jwt_audience: 'app' }));
    await perch.call('POST', project.dataApi);
    expect(await project.snapshot()).toMatchObject({ kids: ['one'], audience: 'app' });
    expect((await perch.call('GET', project.dataApi)).body).toMatchObject({ provider_name: 'Clerk' });
  });

  test('the provider that a data API brought along is listed and can be removed', async () => {
    const project = await newProject();
    await perch.call('POST', project.dataApi, { body: { jwks_url: issuer.url } });
    const { jwks } = (await perch.call('GET', project.jwks)).body;
    expect(jwks).toMatchObject([{ branch_id: project.branchId, jwks_url: issuer.url, provider_name: 'external' }]);
    expect(outcome(await perch.call('POST', project.jwks, provider()))).toEqual([409, 'jwks.exists']);
    expect((await perch.call('DELETE', `${project.jwks}/${jwks[0].id}`)).status).toBe(200);
    expect((await project.snapshot()).kids).toEqual([]);
    expect((await perch.call('POST', project.jwks, provider())).status).toBe(201);
  });

  test('a second one for the same scope is refused, also at the same moment', async () => {
    const project = await newProject();
    const both = await Promise.all([1, 2].map(() => perch.call('POST', project.jwks, provider())));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const ofBranch = await perch.call('POST', project.jwks, provider({ branch_id: project.branchId }));
    expect(outcome(ofBranch)).toEqual([409, 'jwks.exists']);
  });

  test("a provider of another project's branch, or by another project's path, is not there", async () => {
    const [mine, other] = [await newProject(), await newProject()];
    expect(outcome(await perch.call('POST', mine.jwks, provider({ branch_id: other.branchId })))).toEqual([
      404,
      'branch.not-found',
    ]);
    const { body } = await perch.call('POST', mine.jwks, provider());
    expect(outcome(await perch.call('DELETE', `${other.jwks}/${body.jwks.id}`))).toEqual([404, 'jwks.not-found']);
    expect((await perch.call('GET', mine.jwks)).body.jwks).toHaveLength(1);
  });

  test.each([
    ['a private address', 'https://10.0.0.1/jwks', 'jwks.unusable'],
    ['a link-local address', 'https://169.254.169.254/latest', 'jwks.unusable'],
    ['an address without TLS', 'http://example.com/jwks', 'jwks.unusable'],
    ['nobody there', 'http://127.0.0.1:1/jwks', 'jwks.unusable'],
    ['no URL', 'keys', 'request.invalid'],
  ])('server-side request forgery: %s is refused', async (_what, jwks_url, code) => {
    const project = await newProject();
    const answer = await perch.call('POST', project.jwks, provider({ jwks_url }));
    expect(outcome(answer)).toEqual([400, code]);
    expect((await perch.call('GET', project.jwks)).body.jwks).toEqual([]);
  });

  test('new keys of the provider are fetched as for any other', async () => {
    const project = await newProject();
    issuer.answer(200, { keys: [publicKey('two')] });
    await perch.call('POST', project.jwks, provider());
    await perch.call('POST', project.dataApi);
    expect((await project.snapshot()).kids).toEqual(['two']);
  });
});
