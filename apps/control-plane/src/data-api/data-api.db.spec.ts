/** The data API of a branch over HTTP, in both forms of its path, with a worker that pretends. */
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';
import { publicKey, startTestIssuer, type TestIssuer } from '../../test/test-issuer.js';

interface Target {
  readonly path: string;
  readonly projectPath: string;
  readonly endpointId: string;
}

describe('the data API of a branch', () => {
  let perch: TestControlPlane;
  let issuer: TestIssuer;
  let failWith: string | undefined;

  const newTarget = async (): Promise<Target> => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const projectPath = `/api/v2/projects/${body.project.id}`;
    return {
      path: `${projectPath}/branches/${body.branch.id}/data-api`,
      projectPath,
      endpointId: body.endpoints[0].id,
    };
  };
  const snapshotOf = ({ endpointId }: Target) => perch.database.tenants.snapshot({ endpointId, database: 'appdb' });

  beforeAll(async () => {
    perch = await startTestControlPlane({ PERCH_DATA_API_URL: 'https://{endpoint_id}.api.test/{database}/rest/v1' });
    issuer = await startTestIssuer();
    await perch.startWorker(async ({ action }) => {
      if (action === 'provision_data_api' && failWith !== undefined) throw new Error(failWith);
    });
  });
  beforeEach(() => {
    failWith = undefined;
    issuer.answer(200, { keys: [publicKey('one')] });
  });
  afterAll(async () => {
    await issuer.close();
    await perch.stop();
  });

  test('without a body it is enabled with no provider and answers its URL', async () => {
    const target = await newTarget();
    const { status, body } = await perch.call('POST', target.path);
    expect([status, body]).toEqual([
      201,
      { url: `https://${target.endpointId}.api.test/appdb/rest/v1`, status: 'active' },
    ]);
    expect(await snapshotOf(target)).toMatchObject({
      key: `${target.endpointId}/appdb`,
      path_prefix: '/appdb/rest/v1',
      status: 'active',
      database_url: expect.stringMatching(/^postgresql:\/\/perch_api_[0-9a-f]{32}:[^@]+@127\.0\.0\.1:\d+\/appdb$/),
      settings: { db_anon_role: 'anonymous', db_aggregates_enabled: true, openapi_mode: 'disabled' },
      jwt: { jwks: { keys: [] }, audience: null, audience_required: true },
    });
  });

  test('a jwks_url alone means an external provider; its keys are in the snapshot at once', async () => {
    const target = await newTarget();
    const body = { jwks_url: issuer.url, jwks_audience: 'app', provider_name: 'Clerk', add_default_grants: true };
    expect((await perch.call('POST', `${target.path}/appdb`, { body })).status).toBe(201);
    expect((await snapshotOf(target))?.jwt).toMatchObject({ audience: 'app', jwks: { keys: [{ kid: 'one' }] } });
    for (const path of [target.path, `${target.path}/appdb`]) {
      const { status, body: shown } = await perch.call('GET', path);
      expect(status).toBe(200);
      expect(shown).toMatchObject({
        url: `https://${target.endpointId}.api.test/appdb/rest/v1`,
        status: 'active',
        settings: {
          db_aggregates_enabled: true,
          db_anon_role: 'anonymous',
          db_schemas: ['public'],
          jwt_role_claim_key: '.role',
        },
        auth_provider: 'external',
        provider_name: 'Clerk',
        jwks_url: issuer.url,
        jwt_audience: 'app',
        add_default_grants: true,
        add_anonymous_grants: true,
        security: { publicly_accessible_tables: [] },
      });
    }
  });

  test.each([
    ['a provider that is not there yet', { auth_provider: 'neon_auth' }, 'data-api.managed-auth-unavailable'],
    ['an external provider without keys', { auth_provider: 'external' }, 'data-api.jwks-url-needed'],
    ['two audiences', { jwt_audience: 'a', jwks_audience: 'b' }, 'data-api.audiences-differ'],
    ['a key server that is not there', { jwks_url: 'http://127.0.0.1:1/jwks' }, 'jwks.unusable'],
    ['a key server in the private network', { jwks_url: 'https://10.0.0.1/jwks' }, 'jwks.unusable'],
    ['a key server without TLS', { jwks_url: 'http://example.com/jwks' }, 'jwks.unusable'],
    ['a URL that is none', { jwks_url: 'keys' }, 'request.invalid'],
    ['an unknown field', { jwks_ulr: 'https://example.com' }, 'request.invalid'],
    ['an unknown setting', { settings: { db_shemas: ['a'] } }, 'request.invalid'],
  ])('%s is refused with 400 and changes nothing', async (_what, body, code) => {
    const target = await newTarget();
    const answer = await perch.call('POST', target.path, { body });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect((await perch.call('GET', target.path)).status).toBe(404);
  });

  test('the answer of a key server that has no keys is told', async () => {
    issuer.answer(200, { hello: 'world' });
    const { body } = await perch.call('POST', (await newTarget()).path, { body: { jwks_url: issuer.url } });
    expect(body.code).toBe('jwks.unusable');
    expect(body.message).toContain(issuer.url);
  });

  test('a second enable answers 409, also when both come at the same moment', async () => {
    const target = await newTarget();
    const both = await Promise.all([perch.call('POST', target.path), perch.call('POST', target.path)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const third = await perch.call('POST', target.path);
    expect([third.status, third.body.code]).toEqual([409, 'data-api.exists']);
  });

  test('unknown project, branch and database answer 404', async () => {
    const target = await newTarget();
    const [project, rest] = [target.projectPath, target.path.slice(target.projectPath.length)];
    for (const [path, code] of [
      [`/api/v2/projects/none-such-12345678${rest}`, 'project.not-found'],
      [`${project}/branches/br-none-such-12345678/data-api`, 'branch.not-found'],
      [`${target.path}/nowhere`, 'database.not-found'],
    ] as const) {
      for (const method of ['POST', 'GET', 'PATCH', 'DELETE']) {
        const answer = await perch.call(method, path, method === 'PATCH' ? { body: {} } : {});
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, code]);
      }
    }
    expect((await perch.call('POST', target.path, { body: { database_name: 'nowhere' } })).status).toBe(404);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await perch.call(method, target.path)).body.code).toBe('data-api.not-found');
    }
  });

  test('PATCH replaces the settings, {} only publishes anew, and both answer 201 {}', async () => {
    const target = await newTarget();
    await perch.call('POST', target.path, { body: { settings: { db_max_rows: 7, server_timing_enabled: true } } });
    const before = await snapshotOf(target);
    const refresh = await perch.call('PATCH', target.path, { body: {} });
    expect([refresh.status, refresh.body]).toEqual([201, {}]);
    const refreshed = await snapshotOf(target);
    expect(refreshed?.settings).toEqual(before?.settings);
    expect(refreshed?.version).toBeGreaterThan(before?.version ?? 0);
    expect((await perch.call('PATCH', target.path)).status).toBe(201);

    const settings = { db_max_rows: 100, server_cors_allowed_origins: 'https://a.example, https://b.example' };
    await perch.call('PATCH', target.path, { body: { settings } });
    expect((await snapshotOf(target))?.settings).toMatchObject({
      db_max_rows: 100,
      server_timing_enabled: false,
      server_cors_allowed_origins: ['https://a.example', 'https://b.example'],
    });
    const shown = (await perch.call('GET', target.path)).body.settings;
    expect(shown).toMatchObject(settings);
    expect((await perch.call('PATCH', target.path, { body: { settings: shown } })).status).toBe(201);
    expect((await perch.call('PATCH', target.path, { body: { settings: { db_max_rows: 'x' } } })).status).toBe(400);
    expect((await perch.call('PATCH', target.path, { body: { setings: {} } })).status).toBe(400);
    const badKey = await perch.call('PATCH', target.path, { body: { settings: { jwt_role_claim_key: '$.a[' } } });
    expect(badKey.status).toBe(400);
    expect(badKey.body.message).toContain('jwt_role_claim_key');
    const badSchema = await perch.call('PATCH', target.path, { body: { settings: { db_schemas: ['pg_catalog'] } } });
    expect([badSchema.status, badSchema.body.message]).toEqual([400, expect.stringContaining('db_schemas')]);
    const badUri = await perch.call('PATCH', target.path, {
      body: { settings: { openapi_server_proxy_uri: 'x.example' } },
    });
    expect([badUri.status, badUri.body.message]).toEqual([400, expect.stringContaining('openapi_server_proxy_uri')]);
  });

  test('a merge patch merges, and null takes a setting back to its default', async () => {
    const target = await newTarget();
    await perch.call('POST', target.path, { body: { settings: { db_max_rows: 7, app_settings: { a: '1', b: '2' } } } });
    const patch = (settings: unknown) =>
      perch.call('PATCH', target.path, {
        body: { settings },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    await patch({ db_max_rows: null, server_timing_enabled: true, app_settings: { b: null, c: '3' } });
    expect((await snapshotOf(target))?.settings).toMatchObject({
      db_max_rows: null,
      server_timing_enabled: true,
      app_settings: { a: '1', c: '3' },
    });
    expect((await patch({ app_settings: { d: 4 } })).status).toBe(400);
    await patch(null);
    expect((await snapshotOf(target))?.settings).toMatchObject({ server_timing_enabled: false, app_settings: {} });
  });

  test('a schema that is exposed only now is provisioned again', async () => {
    const target = await newTarget();
    await perch.call('POST', target.path);
    await perch.call('PATCH', target.path, { body: { settings: { db_schemas: ['public'] } } });
    await perch.call('PATCH', target.path, { body: { settings: { db_schemas: 'public, api' } } });
    const { operations } = (await perch.call('GET', `${target.projectPath}/operations`)).body;
    const provisioned = operations.filter(({ perch: { action } }: never) => action === 'provision_data_api');
    expect(provisioned).toHaveLength(2);
    expect(provisioned[0]).toMatchObject({ action: 'apply_config', status: 'finished' });
  });

  test('DELETE takes it from the fleet at once, and enabling again starts from defaults with another login', async () => {
    const target = await newTarget();
    await perch.call('POST', target.path, { body: { settings: { db_max_rows: 7 } } });
    const before = await snapshotOf(target);
    const gone = await perch.call('DELETE', target.path);
    expect([gone.status, gone.body]).toEqual([200, {}]);
    expect(await snapshotOf(target)).toBeUndefined();
    expect((await perch.call('DELETE', target.path)).status).toBe(404);
    expect((await perch.call('POST', target.path)).status).toBe(201);
    const after = await snapshotOf(target);
    expect(after?.settings.db_max_rows).toBeNull();
    expect(after?.database_url).not.toBe(before?.database_url);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
  });

  test('a failed provisioning says why, the URL has no connection, and POST runs it again', async () => {
    const target = await newTarget();
    failWith = 'permission denied to create role';
    const failed = await perch.call('POST', target.path);
    expect([failed.status, failed.body]).toMatchObject([201, { status: 'error', error: failWith }]);
    expect(await snapshotOf(target)).toMatchObject({ status: 'error', database_url: null });
    failWith = undefined;
    const again = await perch.call('POST', target.path, { body: { jwks_url: issuer.url } });
    expect([again.status, again.body.status, again.body.error]).toEqual([201, 'active', undefined]);
    const { operations } = (await perch.call('GET', `${target.projectPath}/operations?limit=2`)).body;
    expect(operations.map(({ status }: { status: string }) => status)).toEqual(['finished', 'failed']);
    const one = await perch.call('GET', `${target.projectPath}/operations/${operations[1].id}`);
    expect(one.body.operation.error).toBe('permission denied to create role');
    await until(async () => (await snapshotOf(target))?.status === 'active');
  });
});
