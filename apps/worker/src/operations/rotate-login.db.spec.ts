/** A data API's login in exchange for another one, with kills in between: one of the two is always in force and works. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createOperationHarness, type OperationHarness, type TestBranch } from '../../test/operation-harness.js';

let harness: OperationHarness;
let branch: TestBranch;

beforeAll(async () => {
  harness = await createOperationHarness();
  branch = await harness.newProject();
  await harness.work(branch.operations);
  await harness.work([(await harness.enableDataApi(branch)).operation]);
}, 120_000);
afterAll(() => harness?.close(), 60_000);

const dataApi = async () => {
  const found = await harness.database.dataApis.find(branch.branchId, 'appdb');
  if (found === undefined) throw new Error('no data API');
  return found;
};
const snapshot = () => harness.database.tenants.snapshot({ endpointId: branch.endpointId, database: 'appdb' });
const begin = async () => {
  const role = `perch_api_${randomUUID().replaceAll('-', '')}`;
  const operation = await harness.database.dataApiLogins.startRotation(branch.projectId, await dataApi(), role);
  if (operation === undefined) throw new Error('not begun');
  return { role, id: operation.id };
};
/** As the fleet does: what the snapshot's URL lets it be. */
const open = async () => {
  const client = new pg.Client({ connectionString: (await snapshot())?.database_url ?? '' });
  client.on('error', () => {});
  await client.connect();
  await client.query("select set_config('role', 'authenticated', true)");
  return client;
};
const works = async () => {
  const client = await open();
  const { rows } = await client.query('select session_user::text as login');
  await client.end();
  return rows[0].login as string;
};
const logins = () => harness.ask(branch, "select rolname::text from pg_roles where rolname like 'perch\\_api\\_%'");
const facts = (role: string) =>
  harness.ask(
    branch,
    `select json_build_object('r', r.rolinherit, 's', r.rolsuper, 'b', r.rolbypassrls, 'c', r.rolconfig, 'l', r.rolconnlimit,
       'm', array(select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid))
     from pg_roles r where r.rolname = '${role}'`,
  );

test('the new login is as provisioning makes one, the former is gone with its sessions, and the URL has a new password', async () => {
  const before = await snapshot();
  const former = (await dataApi()).loginRole;
  const formerFacts = await facts(former);
  const session = await open();
  const ended = new Promise((resolve) => session.once('end', resolve));
  const { role, id } = await begin();
  await harness.work([{ id }]);
  await ended;
  expect(await works()).toBe(role);
  expect(await facts(role)).toEqual(formerFacts);
  expect(await logins()).toEqual([role]);
  const after = await snapshot();
  expect(after?.version).toBeGreaterThan(before?.version ?? 0);
  expect(new URL(after?.database_url ?? '').password).not.toBe(new URL(before?.database_url ?? '').password);
  const operation = await harness.database.operations.find(branch.projectId, id);
  expect(operation?.steps.map(({ name, status }) => [name, status])).toEqual(
    ['start-compute', 'create-login-role', 'publish-snapshot', 'wait-for-fleet', 'drop-login-role'].map((name) => [
      name,
      'finished',
    ]),
  );
  expect(JSON.stringify(operation)).not.toContain(new URL(after?.database_url ?? '').password);
});

test.each(['start-compute', 'create-login-role', 'publish-snapshot', 'wait-for-fleet', 'drop-login-role'])(
  'killed at %s the data API goes on working, and the operation ends what it began',
  async (step) => {
    const { role, id } = await begin();
    await harness.killedAt(step, id);
    expect(await works()).toBe((await dataApi()).loginRole);
    await harness.work([{ id }]);
    expect(await works()).toBe(role);
    expect(await logins()).toEqual([role]);
    const operation = await harness.database.operations.find(branch.projectId, id);
    expect(operation?.status).toBe('finished');
    expect(operation?.steps.filter(({ status }) => status !== 'finished')).toEqual([]);
  },
);

test('a login that something of the user rests on stays and opens nothing', async () => {
  const former = (await dataApi()).loginRole;
  await harness.ask(branch, `create table kept (id int); grant select on kept to ${former}`);
  const { role, id } = await begin();
  await harness.work([{ id }]);
  expect(await works()).toBe(role);
  const [kept] = await harness.ask(branch, `select rolcanlogin from pg_roles where rolname = '${former}'`);
  expect(kept).toBe(false);
  await harness.ask(branch, `revoke select on kept from ${former}; drop role ${former}`);
});

test('given up before anything was published it leaves the login there is, and no other', async () => {
  const before = await snapshot();
  const { id } = await begin();
  // The role can be made, and then there is nothing to make it a member of.
  await harness.ask(branch, 'alter role authenticator rename to authenticator_away');
  await expect(harness.work([{ id }])).rejects.toThrow();
  await harness.ask(branch, 'alter role authenticator_away rename to authenticator');
  expect(await snapshot()).toEqual(before);
  expect(await logins()).toEqual([await works()]);
  expect((await harness.database.operations.find(branch.projectId, id))?.status).toBe('failed');
});
