/** Branches that expire and branches that are protected, over HTTP. The worker's spec has the deletion itself. */
import { startTestControlPlane, until, type TestControlPlane } from '../../test/test-control-plane.js';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

describe('expiry and protection', () => {
  let perch: TestControlPlane;
  let project: string;
  let root: string;

  const at = (id: string) => `${project}/branches/${id}`;
  const newBranch = async (branch: object = {}) =>
    (await perch.call('POST', `${project}/branches`, { body: { branch, endpoints: [{ type: 'read_write' }] } })).body;
  const patch = async (id: string, branch: object) => perch.call('PATCH', at(id), { body: { branch } });
  const outcome = ({ status, body }: { status: number; body: { code?: string } }) => [status, body?.code];

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    const made = (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body;
    project = `/api/v2/projects/${made.project.id}`;
    root = made.branch.id;
  });
  afterAll(() => perch.stop());

  test('a branch is made to expire, and its time is changed and taken away', async () => {
    const expires_at = inHours(2);
    const { branch } = await newBranch({ expires_at });
    expect(branch).toMatchObject({ expires_at });
    expect(branch.ttl_interval_seconds).toBeGreaterThan(7_100);
    expect(branch.ttl_interval_seconds).toBeLessThanOrEqual(7_200);
    const other = inHours(24 * 365);
    const moved = await patch(branch.id, { expires_at: other.replace('Z', '+00:00') });
    expect(moved.body.branch.expires_at).toBe(other);
    expect((await patch(branch.id, { name: 'short' })).body.branch.expires_at).toBe(other);
    const { body } = await patch(branch.id, { expires_at: null });
    expect([body.branch.expires_at, body.branch.ttl_interval_seconds]).toEqual([undefined, undefined]);
  });

  test('a reset begins the time anew', async () => {
    const { branch } = await newBranch({ expires_at: inHours(1) });
    const before = Date.parse((await perch.call('GET', at(branch.id))).body.branch.expires_at);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const reset = await perch.call('POST', `${at(branch.id)}/restore`, { body: { source_branch_id: root } });
    expect(Date.parse(reset.body.branch.expires_at)).toBeGreaterThan(before);
    expect(reset.body.branch.ttl_interval_seconds).toBe(branch.ttl_interval_seconds);
    await until(async () => (await perch.call('GET', at(branch.id))).body.branch.current_state === 'ready');
  });

  test.each([
    ['the past', '2020-01-01T00:00:00Z'],
    ['the far future', '2999-01-01T00:00:00Z'],
    ['a date', '2100-01-01'],
    ['no date', 'tomorrow'],
    ['a number', 4_102_444_800],
  ])('%s is no time to expire', async (_what, expires_at) => {
    const made = await perch.call('POST', `${project}/branches`, { body: { branch: { expires_at } } });
    expect(outcome(made)).toEqual([400, 'request.invalid']);
    expect(made.body.message).toContain('branch.expires_at');
    expect(outcome(await patch(root, { expires_at }))).toEqual([400, 'request.invalid']);
  });

  test('what must stay does not expire, and what expires is nothing to rest on', async () => {
    const { branch } = await newBranch();
    const expires_at = inHours(1);
    expect(outcome(await patch(root, { expires_at }))).toEqual([422, 'branch.expiry-refused']);
    expect(outcome(await patch(branch.id, { expires_at, protected: true }))).toEqual([422, 'branch.expiry-refused']);
    const both = { branch: { expires_at, protected: true } };
    expect(outcome(await perch.call('POST', `${project}/branches`, { body: both }))).toEqual([
      422,
      'branch.expiry-refused',
    ]);
    expect((await patch(branch.id, { expires_at })).status).toBe(200);
    expect(outcome(await patch(branch.id, { protected: true }))).toEqual([422, 'branch.expiry-refused']);
    expect(outcome(await perch.call('POST', `${at(branch.id)}/set_as_default`))).toEqual([422, 'branch.expires']);
    const child = { branch: { parent_id: branch.id } };
    expect(outcome(await perch.call('POST', `${project}/branches`, { body: child }))).toEqual([422, 'branch.expires']);
    expect((await perch.call('GET', at(branch.id))).body.branch).toMatchObject({ protected: false, default: false });
    await patch(branch.id, { expires_at: null });
    expect((await perch.call('POST', `${project}/branches`, { body: child })).status).toBe(201);
    expect(outcome(await patch(branch.id, { expires_at }))).toEqual([422, 'branch.expiry-refused']);
  });

  test('a protected branch is neither deleted nor reset, keeps its endpoint, and its project stays', async () => {
    const { branch, endpoints } = await newBranch({ protected: true });
    const endpoint = `${project}/endpoints/${endpoints[0].id}`;
    expect(branch.protected).toBe(true);
    expect(outcome(await perch.call('DELETE', at(branch.id)))).toEqual([422, 'branch.not-deletable']);
    const reset = await perch.call('POST', `${at(branch.id)}/restore`, { body: { source_branch_id: root } });
    expect(outcome(reset)).toEqual([422, 'branch.protected']);
    expect(outcome(await perch.call('DELETE', endpoint))).toEqual([422, 'branch.protected']);
    expect(outcome(await perch.call('DELETE', project))).toEqual([422, 'project.protected']);
    expect((await perch.call('GET', endpoint)).status).toBe(200);
    await patch(branch.id, { protected: false });
    expect((await perch.call('DELETE', endpoint)).status).toBe(200);
    expect((await perch.call('DELETE', at(branch.id))).status).toBe(200);
  });

  test.each([
    ['a read-only endpoint', 'endpoints', {}],
    ['a branch with a read-only endpoint', 'branches', { endpoints: [{ type: 'read_only' }] }],
  ])('%s is refused, and the reason told', async (_what, where, body) => {
    const whole = where === 'endpoints' ? { endpoint: { type: 'read_only', branch_id: root } } : body;
    const { status, body: answer } = await perch.call('POST', `${project}/${where}`, { body: whole });
    expect([status, answer.code]).toEqual([400, 'request.invalid']);
    expect(answer.message).toContain("only 'read_write' is offered");
  });

  test('what was deleted is gone, also for who asks for it', async () => {
    const list = async (query: string) => (await perch.call('GET', `${project}/branches?${query}`)).body.branches;
    const { branch } = await newBranch();
    await perch.call('DELETE', at(branch.id));
    expect(await list('include_deleted=true')).toEqual(await list(''));
    expect((await perch.call('GET', `${project}/branches?include_deleted=perhaps`)).status).toBe(400);
  });
});
