/** Threat: a new connection URL that leads elsewhere, or to a role that can do less, and takes a data API down. */
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { inspectReplacement } from './inspect-replacement.js';

let database: TestDatabase;
let other: TestDatabase;
let elsewhere: TestCluster;

const as = (role: string, password: string, at = database.url) => {
  const url = new URL(at);
  url.username = role;
  url.password = password;
  return url.href;
};
const inForce = () => ({
  connectionUrl: as('swap_owner', 'old'),
  logins: [{ role: 'swap_login', database: database.name }],
});

beforeAll(async () => {
  [database, other, elsewhere] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestCluster()]);
  await database.query(`
    create role swap_owner login createrole password 'old';
    create role swap_login login;
    create role swap_heir login createrole password 'h' in role swap_owner;
    create role swap_stranger login createrole password 's';
    create role swap_weak login password 'w' in role swap_owner;
    create role swap_shut_out login createrole password 'x';
    revoke connect on database ${other.name} from public`);
});
afterAll(async () => {
  await database.query(
    'drop role if exists swap_owner, swap_login, swap_heir, swap_stranger, swap_weak, swap_shut_out',
  );
  await Promise.all([database.drop(), other.drop(), elsewhere.drop()]);
});

describe('a new connection URL', () => {
  test.each([
    ['the same role', () => as('swap_owner', 'old'), 'swap_owner'],
    ['a role with the privileges of the one before', () => as('swap_heir', 'h'), 'swap_heir'],
    ['a superuser', () => database.url, 'postgres'],
  ])('%s is taken', async (_what, url, role) => {
    await expect(inspectReplacement(url(), inForce())).resolves.toMatchObject({ role });
  });

  test('is taken when the one before opens nothing any more', async () => {
    await database.query("alter role swap_owner password 'new'");
    await expect(inspectReplacement(as('swap_owner', 'new'), inForce())).resolves.toMatchObject({ role: 'swap_owner' });
    await expect(inspectReplacement(as('swap_heir', 'h'), inForce())).resolves.toMatchObject({ role: 'swap_heir' });
    await database.query("alter role swap_owner password 'old'");
  });

  test.each([
    ['a wrong password', () => as('swap_owner', 'wrong'), 'authentication-failed', 'swap_owner'],
    ['a role without CREATEROLE', () => as('swap_weak', 'w'), 'role-lacks-createrole', 'CREATEROLE'],
    ["a stranger's role", () => as('swap_stranger', 's'), 'role-lacks-privileges', 'swap_owner'],
    ['another server', () => elsewhere.url('postgres'), 'server-differs', 'is another one'],
  ])('%s is refused', async (_what, url, code, words) => {
    await expect(inspectReplacement(url(), inForce())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  test('a server without the logins is another one, even when the one before cannot be asked', async () => {
    const gone = { ...inForce(), connectionUrl: `postgresql://swap_owner:x@127.0.0.1:1/postgres` };
    const url = elsewhere.url('postgres');
    const logins = [{ role: 'swap_login', database: 'postgres' }];
    await expect(inspectReplacement(url, { ...gone, logins })).rejects.toMatchObject({
      code: 'server-differs',
      message: expect.stringContaining('swap_login'),
    });
  });

  test('a role that may not connect to the database of a data API is refused', async () => {
    const logins = [{ role: 'swap_login', database: other.name }];
    await database.query('grant swap_owner to swap_shut_out');
    await expect(inspectReplacement(as('swap_shut_out', 'x'), { ...inForce(), logins })).rejects.toMatchObject({
      code: 'server-differs',
      message: expect.stringContaining(other.name),
    });
  });
});
