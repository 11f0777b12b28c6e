/** Databases and roles of a branch over HTTP, with a worker that pretends. */
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';

describe('databases and roles of a branch', () => {
  let perch: TestControlPlane;
  let branch: string;
  let refuseWith: string | undefined;
  let release: (() => void) | undefined;
  let holding: Promise<void> | undefined;

  const names = async (what: 'databases' | 'roles') =>
    (await perch.call('GET', `${branch}/${what}`)).body[what].map(({ name }: { name: string }) => name);
  const createDatabase = (name: string, owner_name = 'appdb_owner') =>
    perch.call('POST', `${branch}/databases`, { body: { database: { name, owner_name } } });
  const createRole = (role: object) => perch.call('POST', `${branch}/roles`, { body: { role } });
  const outcome = ({ status, body }: { status: number; body: { code?: string } }) => [status, body?.code];

  beforeAll(async () => {
    perch = await startTestControlPlane();
    await perch.startWorker(async ({ action }) => {
      await holding;
      if (action === 'apply_config' && refuseWith !== undefined) throw new Error(refuseWith);
    });
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    branch = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}`;
  });
  afterEach(() => {
    refuseWith = undefined;
    release?.();
    holding = undefined;
  });
  afterAll(() => perch.stop());

  test('a database is made, read, renamed, given away and dropped', async () => {
    const created = await createDatabase('sales');
    expect([created.status, created.body]).toMatchObject([
      201,
      {
        database: { id: expect.any(Number), name: 'sales', owner_name: 'appdb_owner' },
        operations: [{ action: 'apply_config', status: 'finished' }],
      },
    ]);
    expect((await perch.call('GET', `${branch}/databases/sales`)).body).toEqual({ database: created.body.database });
    await createRole({ name: 'ann' });
    const patch = { database: { name: 'trade', owner_name: 'ann' } };
    const changed = await perch.call('PATCH', `${branch}/databases/sales`, { body: patch });
    expect([changed.status, changed.body.database]).toMatchObject([200, { name: 'trade', owner_name: 'ann' }]);
    expect(await names('databases')).toEqual(['appdb', 'trade']);
    const deleted = await perch.call('DELETE', `${branch}/databases/trade`);
    expect([deleted.status, deleted.body.database.name, deleted.body.operations]).toMatchObject([
      200,
      'trade',
      [{ action: 'apply_config' }],
    ]);
    expect(await names('databases')).toEqual(['appdb']);
    const again = await perch.call('DELETE', `${branch}/databases/trade`);
    expect([again.status, again.body]).toEqual([204, undefined]);
  });

  test('a role is made with a password that is shown, can be told again and reset', async () => {
    const created = await createRole({ name: 'Bob "B"' });
    expect(created.status).toBe(201);
    const { password } = created.body.role;
    const role = `${branch}/roles/${encodeURIComponent('Bob "B"')}`;
    expect((await perch.call('GET', `${role}/reveal_password`)).body).toEqual({ password });
    expect((await perch.call('GET', role)).body.role.password).toBeUndefined();
    const reset = await perch.call('POST', `${role}/reset_password`);
    expect(reset.status).toBe(200);
    expect(reset.body.role.password).not.toBe(password);
    expect((await perch.call('GET', `${role}/reveal_password`)).body.password).toBe(reset.body.role.password);
    expect((await perch.call('DELETE', role)).status).toBe(200);
    expect((await perch.call('DELETE', role)).status).toBe(204);
  });

  test('a role without login has no password', async () => {
    const created = await createRole({ name: 'readers', no_login: true });
    expect(created.body.role).toMatchObject({ authentication_method: 'no_login' });
    expect(created.body.role.password).toBeUndefined();
    expect(outcome(await perch.call('GET', `${branch}/roles/readers/reveal_password`))).toEqual([
      412,
      'role.password-unknown',
    ]);
    expect(outcome(await perch.call('POST', `${branch}/roles/readers/reset_password`))).toEqual([409, 'role.no-login']);
  });

  test('what the server refuses is the answer, and the rows are as before', async () => {
    await createRole({ name: 'cid' });
    const password = (await perch.call('GET', `${branch}/roles/cid/reveal_password`)).body.password;
    const before = [await names('databases'), await names('roles')];
    refuseWith = 'permission denied to create database';
    const refused = await createDatabase('never');
    expect(outcome(refused)).toEqual([409, 'operation.failed']);
    expect(refused.body.message).toContain(refuseWith);
    expect(outcome(await createRole({ name: 'never' }))).toEqual([409, 'operation.failed']);
    for (const [method, path, body] of [
      ['PATCH', 'databases/appdb', { database: { name: 'other' } }],
      ['DELETE', 'databases/appdb', undefined],
      ['DELETE', 'roles/cid', undefined],
      ['POST', 'roles/cid/reset_password', undefined],
    ] as const) {
      expect(outcome(await perch.call(method, `${branch}/${path}`, { body }))).toEqual([409, 'operation.failed']);
    }
    expect([await names('databases'), await names('roles')]).toEqual(before);
    expect((await perch.call('GET', `${branch}/roles/cid/reveal_password`)).body.password).toBe(password);
  });

  test.each([
    ['a database that exists', 'databases', { database: { name: 'appdb', owner_name: 'appdb_owner' } }, 409],
    ['a database of nobody', 'databases', { database: { name: 'x', owner_name: 'nobody' } }, 404],
    ['a reserved database', 'databases', { database: { name: 'template1', owner_name: 'appdb_owner' } }, 400],
    ['a database without an owner', 'databases', { database: { name: 'x' } }, 400],
    ['a name too long', 'databases', { database: { name: 'é'.repeat(32), owner_name: 'appdb_owner' } }, 400],
    ['a role that exists', 'roles', { role: { name: 'appdb_owner' } }, 409],
    ['a role of Perch', 'roles', { role: { name: 'perch_admin' } }, 400],
    ['a role of PostgreSQL', 'roles', { role: { name: 'pg_read_all_data' } }, 400],
    ['a name with a null byte', 'roles', { role: { name: 'a\u0000b' } }, 400],
  ])('%s is refused', async (_what, noun, body, status) => {
    expect((await perch.call('POST', `${branch}/${noun}`, { body })).status).toBe(status);
  });

  test('roles that are needed stay', async () => {
    expect(outcome(await perch.call('DELETE', `${branch}/roles/appdb_owner`))).toEqual([409, 'role.in-use']);
    expect(outcome(await perch.call('GET', `${branch}/roles/nobody/reveal_password`))).toEqual([404, 'role.not-found']);
  });

  test('a database with a data API keeps its name, and takes the data API with it when dropped', async () => {
    await createDatabase('served');
    await perch.call('POST', `${branch}/data-api/served`);
    const rename = { body: { database: { name: 'other' } } };
    expect(outcome(await perch.call('PATCH', `${branch}/databases/served`, rename))).toEqual([409, 'database.in-use']);
    const { body } = await perch.call('DELETE', `${branch}/databases/served`);
    expect(body.operations.map(({ perch: { action } }: never) => action)).toEqual(['remove_data_api', 'apply_config']);
    expect(outcome(await perch.call('GET', `${branch}/data-api/served`))).toEqual([404, 'database.not-found']);
  });

  test('while one change is under way the next answers 423 and changes nothing', async () => {
    holding = new Promise((resolve) => (release = resolve));
    const first = createDatabase('slow');
    const second = await (async () => {
      for (;;) {
        if ((await names('databases')).includes('slow')) return createDatabase('slower');
      }
    })();
    expect(outcome(second)).toEqual([423, 'branch.busy']);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(outcome(await perch.call('DELETE', `${branch}/databases/slow`))).toEqual([423, 'branch.busy']);
    release?.();
    expect((await first).status).toBe(201);
    expect(await names('databases')).not.toContain('slower');
  });

  test('the database and the role that an attached server is reached by stay', async () => {
    const project = { perch: { compute: 'attached', connection_url: perch.databaseUrl } };
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project } });
    const path = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}`;
    const url = new URL(perch.databaseUrl);
    const database = `${path}/databases/${url.pathname.slice(1)}`;
    expect(outcome(await perch.call('DELETE', database))).toEqual([409, 'database.in-use']);
    expect(outcome(await perch.call('POST', `${path}/roles/${url.username}/reset_password`))).toEqual([
      409,
      'role.in-use',
    ]);
  });
});
