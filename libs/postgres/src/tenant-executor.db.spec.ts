import { SqlError, type SqlExecutor } from '@perch/engine';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { packet, statement } from '../test/packets.js';

let database: TestDatabase;
let executors: TenantExecutors;
let executor: SqlExecutor;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    create table item (id int primary key, name text not null);
    create table child (item_id int references item deferrable initially deferred);
    create function pid() returns int language sql as 'select pg_backend_pid()';`);
  executors = createTenantExecutors();
  executor = executors.for({ key: 'a', version: 1, databaseUrl: database.url, poolSize: 1, prepare: true });
});

afterAll(async () => {
  await executors.close();
  await database.drop();
});

const countItems = async () => (await database.query('select count(*)::int as n from item')).rows[0].n;
const backendPid = async () => (await executor.submit(packet(statement('select pid()'))))[0]?.rows[0]?.[0];

describe('a packet', () => {
  it('answers one result per statement, with columns and fields as text', async () => {
    const results = await executor.submit(
      packet(
        statement(`select set_config('a.b', $1, true)`, ['x']),
        statement(`select current_setting('a.b') as setting, $1::int + 1 as next, null as nothing`, ['41']),
        statement(`insert into item values ($1, $2)`, ['1', 'one']),
        statement(`delete from item returning id, name`),
      ),
    );
    expect(results).toEqual([
      { columns: ['set_config'], rows: [['x']] },
      { columns: ['setting', 'next', 'nothing'], rows: [['x', '42', null]] },
      { columns: [], rows: [] },
      { columns: ['id', 'name'], rows: [['1', 'one']] },
    ]);
  });

  it('is one transaction whose local settings are gone behind it', async () => {
    const read = packet(statement(`select current_setting('a.b', true)`));
    await executor.submit(packet(statement(`select set_config('a.b', 'x', true)`)));
    expect((await executor.submit(read))[0]?.rows).toEqual([['']]);
  });

  it('sends bytes in binary format beside text and null', async () => {
    const bytes = Buffer.from([0, 1, 254, 255]);
    const [result] = await executor.submit(
      packet(statement('select encode($1::bytea, $2), $3::text', [bytes, 'hex', null])),
    );
    expect(result?.rows).toEqual([['0001feff', null]]);
  });

  it('carries large values and results', async () => {
    const large = 'ü'.repeat(3_000_000);
    const [result] = await executor.submit(packet(statement('select $1::text, length($1)', [large])));
    expect(result?.rows[0]?.[0] === large).toBe(true);
    expect(result?.rows[0]?.[1]).toBe('3000000');
  });

  it('answers no rows and no columns for an empty statement', async () => {
    expect(await executor.submit(packet(statement('')))).toEqual([{ columns: [], rows: [] }]);
  });
});

describe('an error', () => {
  it('names its statement, undoes the packet and leaves the connection clean', async () => {
    const before = await backendPid();
    const failing = executor.submit(
      packet(
        statement(`insert into item values (10, 'ten')`),
        statement('select 1 / $1::int', ['0']),
        statement(`insert into item values (11, 'eleven')`),
      ),
    );
    await expect(failing).rejects.toMatchObject({
      name: 'SqlError',
      statementIndex: 1,
      fields: { severity: 'ERROR', code: '22012', message: 'division by zero' },
    });
    expect(await countItems()).toBe(0);
    expect(await backendPid()).toBe(before);
  });

  it('of a statement that cannot be parsed is told and does not spoil the ones after it', async () => {
    const broken = packet(statement('select 1'), statement('selekt 1'));
    for (let time = 0; time < 2; time += 1) {
      await expect(executor.submit(broken)).rejects.toMatchObject({ statementIndex: 1, fields: { code: '42601' } });
    }
    expect((await executor.submit(packet(statement('select 1'))))[0]?.rows).toEqual([['1']]);
  });

  it('of a deferred constraint comes behind the rows and is still an error', async () => {
    const failing = executor.submit(packet(statement('insert into child values (99) returning item_id')));
    await expect(failing).rejects.toBeInstanceOf(SqlError);
    await expect(failing).rejects.toMatchObject({ statementIndex: 0, fields: { code: '23503' } });
  });

  it('has detail, hint and constraint', async () => {
    await executor.submit(packet(statement(`insert into item values (20, 'twenty')`)));
    await expect(executor.submit(packet(statement(`insert into item values (20, 'again')`)))).rejects.toMatchObject({
      fields: { code: '23505', constraint: 'item_pkey', detail: 'Key (id)=(20) already exists.' },
    });
    await executor.submit(packet(statement('delete from item')));
  });
});

describe('a packet that must not be kept', () => {
  const undo = statement(`select case when count(*) >= 0 then ('UNDO-MARK' || count(*))::int end from item`);

  it('answers what it did and keeps nothing', async () => {
    const results = await executor.submit({
      statements: [statement(`insert into item values (30, 'x') returning id`), undo],
      undoMarker: 'UNDO-MARK',
    });
    expect(results).toEqual([{ columns: ['id'], rows: [['30']] }]);
    expect(await countItems()).toBe(0);
  });

  it('tells other errors', async () => {
    const submitted = executor.submit({
      statements: [statement(`select 1 / 0`), undo],
      undoMarker: 'UNDO-MARK',
    });
    await expect(submitted).rejects.toMatchObject({ statementIndex: 0, fields: { code: '22012' } });
  });

  it('is a bug when it was kept', async () => {
    const submitted = executor.submit({ statements: [statement('select 1')], undoMarker: 'UNDO-MARK' });
    await expect(submitted).rejects.toMatchObject({ name: 'InternalError' });
  });
});
