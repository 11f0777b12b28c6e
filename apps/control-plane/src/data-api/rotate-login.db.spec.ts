/** Asking for a new login of a data API: an operation that a worker runs, and nothing that tells the login to anybody. */
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';

describe('POST …/data-api/{database}/rotate_login', () => {
  let perch: TestControlPlane;
  let branch: string;
  let projectId: string;
  let branchId: string;

  const rotate = (database = 'appdb') => perch.call('POST', `${branch}/data-api/${database}/rotate_login`);
  const find = () => perch.database.dataApis.find(branchId, 'appdb');

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker(async ({ action }) => {
      if (action === 'provision_data_api' && failing) throw new Error('said no');
    });
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    [projectId, branchId] = [body.project.id, body.branch.id];
    branch = `/api/v2/projects/${projectId}/branches/${branchId}`;
  });
  afterAll(() => perch.stop());
  let failing = false;

  test('without a data API there is nothing to rotate', async () => {
    expect((await rotate()).body.code).toBe('data-api.not-found');
    expect((await rotate('nowhere')).body.code).toBe('database.not-found');
  });

  test('one in error is not rotated', async () => {
    failing = true;
    expect((await perch.call('POST', `${branch}/data-api/appdb`)).body.status).toBe('error');
    failing = false;
    const { status, body } = await rotate();
    expect([status, body.code]).toEqual([409, 'data-api.not-active']);
    expect((await perch.call('POST', `${branch}/data-api/appdb`)).body.status).toBe('active');
  });

  test('an operation makes another login, and neither answer nor log tells which', async () => {
    const before = await find();
    const { status, body } = await rotate();
    expect([status, body.operations.length]).toEqual([200, 1]);
    expect(body.operations[0]).toMatchObject({ action: 'apply_config', perch: { action: 'rotate_login' } });
    await until(async () => (await find())?.loginRole !== before?.loginRole);
    const after = await find();
    expect(after?.loginRole).toMatch(/^perch_api_[0-9a-f]{32}$/);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    const password = await perch.database.dataApiLogins.password(after?.id ?? '');
    const at = { endpointId: after?.endpointId ?? '', database: 'appdb' };
    const url = (await perch.database.tenants.snapshot(at))?.database_url;
    expect(url).toContain(`${after?.loginRole}:${encodeURIComponent(password ?? '')}@`);
    expect(JSON.stringify(body)).not.toContain(after?.loginRole);
    const entries = (await perch.call('GET', `/api/v2/audit_log?project_id=${projectId}`)).body.entries;
    expect(entries[0]).toMatchObject({ action: expect.stringMatching(/^POST .*\/rotate_login$/), status: 200 });
    expect(JSON.stringify(entries)).not.toContain('perch_api_');
  });
});
