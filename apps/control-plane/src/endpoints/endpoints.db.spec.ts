/** Endpoints over HTTP and the fleet's wake call, with a worker that pretends. */
import { fleetApiPaths } from '@perch/contract';
import { startTestControlPlane, TEST_FLEET_TOKEN, type TestControlPlane } from '../../test/test-control-plane.js';

describe('the endpoints of a branch', () => {
  let perch: TestControlPlane;
  const started: string[] = [];
  let failing = false;
  let held: Promise<void> | undefined;

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker(async ({ action, endpointId }) => {
      if (action === 'start_compute') started.push(endpointId ?? '');
      if (action === 'start_compute' && failing) throw new Error('no memory');
      if (action === 'start_compute') await held;
    });
  });
  afterEach(() => {
    failing = false;
    held = undefined;
  });
  afterAll(() => perch.stop());

  const newProject = async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const path = `/api/v2/projects/${body.project.id}`;
    return {
      path,
      branchId: body.branch.id,
      id: body.endpoints[0].id,
      at: `${path}/endpoints/${body.endpoints[0].id}`,
    };
  };
  const wake = (id: string) =>
    fetch(perch.url + fleetApiPaths.wake(id), {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_FLEET_TOKEN}` },
    });

  test('a branch without one gets one, once; its API is that of the parent', async () => {
    const { path, branchId } = await newProject();
    await perch.call('POST', `${path}/branches/${branchId}/data-api`);
    const { branch } = (await perch.call('POST', `${path}/branches`)).body;
    const create = (more = {}) =>
      perch.call('POST', `${path}/endpoints`, {
        body: { endpoint: { branch_id: branch.id, type: 'read_write', ...more } },
      });
    const { status, body } = await create({ suspend_timeout_seconds: 120, name: 'dev' });
    expect([status, body]).toMatchObject([
      201,
      {
        endpoint: { branch_id: branch.id, name: 'dev', current_state: 'active', suspend_timeout_seconds: 120 },
        operations: [
          { action: 'start_compute', status: 'finished' },
          { action: 'apply_config', status: 'finished' },
        ],
      },
    ]);
    expect((await perch.call('GET', `${path}/branches/${branch.id}/data-api`)).body.status).toBe('active');
    const again = await create();
    expect([again.status, again.body.code]).toEqual([409, 'endpoint.exists']);
    expect((await create({ type: 'read_only' })).status).toBe(400);
    expect((await create({ branch_id: 'br-no-such-12345678' })).status).toBe(404);
  });

  test('suspend, start and restart go through their states, and a suspension of what sleeps is no operation', async () => {
    const { at } = await newProject();
    const go = async (verb: string) => {
      const { status, body } = await perch.call('POST', `${at}/${verb}`);
      return [status, body.endpoint?.current_state, body.operations?.map(({ action }: never) => action)];
    };
    expect(await go('suspend')).toEqual([200, 'idle', ['suspend_compute']]);
    expect(await go('suspend')).toEqual([200, 'idle', []]);
    expect(await go('start')).toEqual([200, 'active', ['start_compute']]);
    expect(await go('restart')).toEqual([200, 'active', ['suspend_compute', 'start_compute']]);
    expect((await perch.call('GET', at)).body.endpoint.pending_state).toBeUndefined();
  });

  test('PATCH changes name and timeout; a disabled one sleeps and is not started by anybody', async () => {
    const { at, id } = await newProject();
    const patch = (endpoint: unknown) => perch.call('PATCH', at, { body: { endpoint } });
    expect((await patch({ name: 'n', suspend_timeout_seconds: -1 })).body).toMatchObject({
      endpoint: { name: 'n', suspend_timeout_seconds: -1 },
      operations: [],
    });
    expect((await patch({ suspend_timeout_seconds: 604_801 })).status).toBe(400);
    expect((await patch({ disabled: true })).body.endpoint).toMatchObject({ disabled: true, current_state: 'idle' });
    expect((await perch.call('POST', `${at}/start`)).body.code).toBe('endpoint.disabled');
    expect((await wake(id)).status).toBe(409);
    await patch({ disabled: false });
    expect((await wake(id)).status).toBe(204);
  });

  test('delete takes it and its API away, keeps the data, and answers 204 from then on', async () => {
    const { path, branchId, at, id } = await newProject();
    await perch.call('POST', `${path}/branches/${branchId}/data-api`);
    expect((await perch.call('DELETE', at)).body).toMatchObject({
      endpoint: { id },
      operations: [{ action: 'suspend_compute' }],
    });
    expect((await perch.call('DELETE', at)).status).toBe(204);
    expect((await perch.call('GET', at)).status).toBe(404);
    expect(await perch.database.tenants.snapshot({ endpointId: id, database: 'appdb' })).toBeUndefined();
    expect((await wake(id)).status).toBe(404);
    const body = { endpoint: { branch_id: branchId, type: 'read_write' } };
    expect((await perch.call('POST', `${path}/endpoints`, { body })).status).toBe(201);
  });

  test('while one operation runs another one answers 423', async () => {
    const { at } = await newProject();
    let release = (): void => undefined;
    held = new Promise((resolve) => (release = resolve));
    const first = perch.call('POST', `${at}/start`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await perch.call('POST', `${at}/suspend`);
    expect([second.status, second.body.code]).toEqual([423, 'branch.busy']);
    release();
    expect((await first).status).toBe(200);
  });

  test('a hundred who ask at once wake it once', async () => {
    const { at, id } = await newProject();
    await perch.call('POST', `${at}/suspend`);
    started.length = 0;
    const answers = await Promise.all(Array.from({ length: 100 }, () => wake(id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(started).toEqual([id]);
  });

  test('one that does not come up answers 503 with Retry-After, and the next one tries again', async () => {
    const { at, id } = await newProject();
    await perch.call('POST', `${at}/suspend`);
    failing = true;
    const answer = await wake(id);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    failing = false;
    expect((await wake(id)).status).toBe(204);
    expect((await wake('ep-no-such-12345678')).status).toBe(404);
  });
});
