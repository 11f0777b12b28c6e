/** Promise: settings and main statement are one packet, one write, one round trip, and their text travels once. */
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { packet, statement } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let executors: TenantExecutors;

const request = (id: string) =>
  packet(
    statement(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, ['none', '{}']),
    statement('select id, name from item where id = $1', [id]),
  );

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    `create table item (id int primary key, name text); insert into item values (1, 'one'), (2, 'two')`,
  );
  proxy = await startPostgresProxy(database.url);
  executors = createTenantExecutors();
});

afterAll(async () => {
  await executors.close();
  await proxy.close();
  await database.drop();
});

it('sends one chunk and gets one back, the first time too', async () => {
  const executor = executors.for({ key: 'a', version: 1, databaseUrl: proxy.url(), poolSize: 1, prepare: true });
  await executor.submit(packet('select 1'));
  for (let time = 0; time < 3; time += 1) {
    proxy.takeChunks();
    expect((await executor.submit(request('2')))[1]?.rows).toEqual([['2', 'two']]);
    expect(proxy.takeChunks().map(({ from }) => from)).toEqual(['>', '<']);
  }
});

it('sends texts once and asks for columns once', async () => {
  const executor = executors.for({ key: 'b', version: 1, databaseUrl: proxy.url(), poolSize: 1, prepare: true });
  const exchange = async (id: string) => {
    proxy.takeChunks();
    const results = await executor.submit(request(id));
    return { results, chunks: proxy.takeChunks().map(({ bytes }) => bytes.toString('latin1')) };
  };
  await executor.submit(packet('select 1'));
  const first = await exchange('1');
  const second = await exchange('2');
  expect(first.chunks[0]).toContain('select id, name');
  expect(second.chunks[0]).not.toContain('select');
  expect(second.chunks[1]).not.toContain('name');
  expect(second.results[1]).toEqual({ columns: ['id', 'name'], rows: [['2', 'two']] });
});

it('sends texts each time, still in one chunk, where statements may not be prepared', async () => {
  const executor = executors.for({ key: 'c', version: 1, databaseUrl: proxy.url(), poolSize: 1, prepare: false });
  await executor.submit(request('1'));
  proxy.takeChunks();
  expect((await executor.submit(request('1')))[1]).toEqual({ columns: ['id', 'name'], rows: [['1', 'one']] });
  const chunks = proxy.takeChunks();
  expect(chunks.map(({ from }) => from)).toEqual(['>', '<']);
  expect(chunks[0]?.bytes.toString('latin1')).toContain('select id, name');
  expect((await executor.submit(packet('select count(*) from pg_prepared_statements')))[0]?.rows).toEqual([['0']]);
});
