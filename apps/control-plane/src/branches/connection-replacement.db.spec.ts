/** A new connection URL for an attached branch: in force at once and for everything, or refused with nothing lost. */
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';

describe('the connection URL of an attached branch', () => {
  let perch: TestControlPlane;
  let path: string;
  let created: { branch: { id: string }; endpoints: { id: string }[]; project: { id: string } };
  let database: string;

  const as = (role: string, password: string, change: (url: URL) => void = () => {}) => {
    const url = new URL(perch.databaseUrl);
    url.username = role;
    url.password = password;
    change(url);
    return url.href;
  };
  const give = (connection_url: string, more = {}) =>
    perch.call('PATCH', path, { body: { branch: { ...more, perch: { connection_url } } } });
  const snapshot = async () =>
    perch.database.tenants.snapshot({ endpointId: created.endpoints[0]?.id ?? '', database });
  const inForce = () => perch.database.branches.connectionUrl(created.branch.id);

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker();
    database = new URL(perch.databaseUrl).pathname.slice(1);
    await perch.query(`create role url_owner login createrole password 'first pass'`);
    await perch.query(`create role url_heir login createrole password 'heir' in role url_owner`);
    await perch.query(`create role url_weak login password 'weak' in role url_owner`);
    const connection_url = as('url_owner', 'first%20pass');
    const project = { perch: { compute: 'attached', connection_url } };
    created = (await perch.call('POST', '/api/v2/projects', { body: { project } })).body;
    path = `/api/v2/projects/${created.project.id}/branches/${created.branch.id}`;
    expect((await perch.call('POST', `${path}/data-api/${database}`)).body.status).toBe('active');
    const login = (await perch.database.dataApis.find(created.branch.id, database))?.loginRole;
    await perch.query(`create role ${login} login`);
  });
  afterAll(async () => {
    const login = (await perch.database.dataApis.find(created.branch.id, database))?.loginRole;
    await perch.query(`drop role if exists url_owner, url_heir, url_weak, ${login}`);
    await perch.stop();
  });

  test.each([
    ['a password that is not the one', () => as('url_owner', 'wrong-secret'), 'compute.not-usable'],
    ['a role that may do less', () => as('url_weak', 'weak'), 'compute.not-usable'],
    ['nobody', () => as('url_owner', 'first%20pass', (url) => (url.port = '1')), 'compute.not-usable'],
    ['a file of ours', () => as('url_owner', 'x', (url) => (url.search = 'sslkey=/x')), 'compute.not-usable'],
    ['no URL', () => 'not-a-url', 'compute.not-usable'],
    ['an empty text', () => '', 'request.invalid'],
  ])('%s is refused, and the rest of the change with it', async (_what, url, code) => {
    const before = [await inForce(), await snapshot(), (await perch.call('GET', path)).body];
    const answer = await give(url(), { name: 'renamed' });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect(JSON.stringify(answer.body)).not.toContain('wrong-secret');
    expect([await inForce(), await snapshot(), (await perch.call('GET', path)).body]).toEqual(before);
  });

  test('a new password is in force for all that Perch does, and is never returned', async () => {
    const before = await snapshot();
    await perch.query(`alter role url_owner password 'second-pass'`);
    const url = as('url_owner', 'second-pass', (one) => (one.search = 'application_name=mine'));
    const { status, body } = await give(url);
    expect([status, body.operations]).toEqual([200, []]);
    expect(JSON.stringify(body)).not.toContain('second-pass');
    expect(await inForce()).toBe(url);
    // The login is the data API's own and stays; the parameters are the URL's.
    const after = await snapshot();
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    expect(after?.database_url).toBe(`${before?.database_url}?application_name=mine`);
    const shown = await perch.call('GET', `${path}/roles/url_owner/reveal_password`);
    expect(shown.body).toEqual({ password: 'second-pass' });
    const scope = `/api/v2/projects/${created.project.id}/advisors?branch_id=${created.branch.id}`;
    expect((await perch.call('GET', scope)).status).toBe(200);
    const sealed = await perch.query(`select row_to_json(b)::text as row from branches b`);
    expect(sealed.rows.some(({ row }) => row.includes('second-pass'))).toBe(false);
    const audit = await perch.query(`select row_to_json(a)::text as row from audit_entries a`);
    expect(audit.rows.filter(({ row }) => /second-pass|heir|first pass|wrong-secret/.test(row))).toEqual([]);
    expect(audit.rows.some(({ row }) => row.includes('"PATCH /projects/{project_id}/branches/{branch_id}"'))).toBe(
      true,
    );
  });

  test('another role with the privileges of the one before takes its place', async () => {
    expect((await give(as('url_heir', 'heir'), { name: 'moved' })).body.branch.name).toBe('moved');
    const roles = (await perch.call('GET', `${path}/roles`)).body.roles;
    expect(roles.map(({ name }: { name: string }) => name)).toEqual(['url_owner', 'url_heir']);
    const reset = await perch.call('POST', `${path}/roles/url_heir/reset_password`);
    expect([reset.status, reset.body.code]).toEqual([409, 'role.in-use']);
  });

  test('stays while the branch is busy', async () => {
    const before = await inForce();
    const { id } = await perch.database.operations.create({
      projectId: created.project.id,
      branchId: created.branch.id,
      action: 'check_availability',
    });
    const answer = await give(as('url_heir', 'heir'));
    expect([answer.status, answer.body.code]).toEqual([423, 'branch.busy']);
    expect(await inForce()).toBe(before);
    await perch.database.operations.claim(id);
    await perch.database.operations.finish(id);
  });

  test('a local branch has none', async () => {
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    const at = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}`;
    const change = { branch: { name: 'other', perch: { connection_url: perch.databaseUrl } } };
    const answer = await perch.call('PATCH', at, { body: change });
    expect([answer.status, answer.body.code]).toEqual([400, 'branch.option-unavailable']);
    expect((await perch.call('GET', at)).body.branch.name).toBe('main');
  });
});
