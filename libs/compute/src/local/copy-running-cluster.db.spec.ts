import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createComputes } from '../computes.js';
import type { LocalCompute } from '../compute.js';
import { findFreePort } from '../embedded/free-port.js';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-branch-'));
const computes = createComputes({ home });
const contents = { roles: [], databases: [{ name: 'app', ownerName: 'app_owner' }] };
let parent: LocalCompute;
let child: LocalCompute;

async function newCompute(endpointId: string, superuserPassword: string): Promise<LocalCompute> {
  const owner = { role: 'app_owner', password: 'owned' };
  return { kind: 'local', endpointId, port: await findFreePort(), superuserPassword, owner };
}

async function connect(compute: LocalCompute): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: computes.open(compute).superuserUrl('app') });
  await client.connect();
  return client;
}

async function ask(compute: LocalCompute, ...statements: readonly string[]): Promise<readonly unknown[]> {
  const client = await connect(compute);
  try {
    let rows: readonly unknown[] = [];
    for (const text of statements) rows = (await client.query({ text, rowMode: 'array' })).rows.flat();
    return rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  parent = await newCompute('ep-the-parent-00000001', 'of the parent');
  child = await newCompute('ep-the-child-00000002', 'of the child');
  await computes.open(parent).create(contents);
  await ask(
    parent,
    'create table account (id int primary key, balance int not null)',
    'insert into account select n, 100 from generate_series(1, 20000) n',
    `create table history (n bigint generated always as identity primary key, debit int not null references account,
       credit int not null references account, text text)`,
    // Enough that the copy takes a while.
    `create table bulk as select n, repeat(md5(n::text), 31) as text from generate_series(1, 30000) n`,
    'create extension amcheck',
  );
});
afterAll(async () => {
  for (const compute of [child, parent]) await computes.open(compute).destroy();
  fs.rmSync(home, { recursive: true, force: true });
});

/** Moves money about and changes the schema until told to stop; the sum of all accounts never changes. */
async function keepWriting(index: number): Promise<() => Promise<number>> {
  const client = await connect(parent);
  let running = true;
  const writing = (async () => {
    let rounds = 0;
    for (; running; rounds += 1) {
      const [from, to] = [1 + ((rounds * 7 + index) % 20000), 1 + ((rounds * 13 + index) % 20000)];
      await client.query('begin');
      const moves = [
        `update account set balance = balance - 1 where id = ${from}`,
        `update account set balance = balance + 1 where id = ${to}`,
      ];
      // In one order by all writers, or two of them wait for each other.
      for (const move of from < to ? moves : moves.reverse()) await client.query(move);
      await client.query(`insert into history (debit, credit, text) values (${from}, ${to}, repeat('x', 2000))`);
      await client.query('commit');
      // A checkpoint in the middle of the copy: starting from it instead of from the backup's own would miss changes.
      if (index === 1 && rounds % 3 === 0) await client.query('checkpoint');
      if (rounds % 20 === 0) await client.query(`create table made_${index}_${rounds} (n int)`);
    }
    return rounds;
  })();
  return async () => {
    running = false;
    const rounds = await writing;
    await client.end();
    return rounds;
  };
}

describe('a branch of a branch', () => {
  it('is whole and consistent while the parent is written to without an error', async () => {
    const writers = await Promise.all([1, 2, 3].map(keepWriting));
    const [seenBefore] = await ask(parent, 'select coalesce(max(n), 0)::int from history');
    const committed =
      "select array_agg(n order by n)::text, md5(string_agg(history::text, '' order by n)) from history";
    await computes.open(child).createFrom(parent, contents);
    const rounds = await Promise.all(writers.map((stop) => stop()));
    expect(Math.min(...rounds)).toBeGreaterThan(0);
    // Of the parent exactly what had been committed at one moment, which is not before the copy began.
    const [numbers, checksum] = await ask(child, committed);
    expect(await ask(parent, `${committed} where n = any('${String(numbers)}')`)).toEqual([numbers, checksum]);
    expect(await ask(child, `select max(n) >= ${String(seenBefore)} from history`)).toEqual([true]);
    const unexplained = `select count(*)::int from account a
        left join (select debit as id, count(*) as n from history group by 1) d using (id)
        left join (select credit as id, count(*) as n from history group by 1) c using (id)
       where a.balance <> 100 - coalesce(d.n, 0) + coalesce(c.n, 0)`;
    expect(await ask(child, unexplained)).toEqual([0]);
    const orphans = `select count(*)::int from history h where not exists (select from account a where a.id = h.debit)
        or not exists (select from account a where a.id = h.credit)`;
    expect(await ask(child, orphans)).toEqual([0]);
    const bulk = `select md5(string_agg(text, '' order by n)) from bulk`;
    expect(await ask(child, bulk)).toEqual(await ask(parent, bulk));
    expect(await ask(child, 'select sum(balance)::int, count(*)::int from account')).toEqual([2_000_000, 20_000]);
    await ask(
      child,
      `select bt_index_check(c.oid, true) from pg_class c join pg_am a on a.oid = c.relam where a.amname = 'btree' and c.relpersistence = 'p'`,
    );
    expect(await ask(child, `select coalesce(sum(checksum_failures), 0)::int from pg_stat_database`)).toEqual([0]);
    expect(await ask(parent, 'select count(*)::int from pg_replication_slots')).toEqual([0]);
  });

  it('has its own private password, its own key, and its own data from then on', async () => {
    await ask(child, 'delete from bulk');
    await ask(parent, 'drop table history');
    expect(await ask(parent, 'select count(*)::int from bulk')).toEqual([30_000]);
    expect(await ask(child, 'select count(*) > 0 from history')).toEqual([true]);
    const stranger = { ...child, superuserPassword: parent.superuserPassword };
    await expect(ask(stranger, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const key = ({ endpointId }: LocalCompute) =>
      fs.readFileSync(path.join(home, 'endpoints', endpointId, 'data', 'server.key'), 'utf8');
    expect(key(child)).not.toBe(key(parent));
  });

  it('stays as it is when it is made again, also when the password was not changed yet', async () => {
    await computes.open(child).createFrom(parent, contents);
    await ask(child, `alter role perch_admin password 'of the parent'`);
    await computes.open(child).createFrom(parent, contents);
    expect(await ask(child, 'select count(*)::int from bulk')).toEqual([0]);
  });

  it('is made from a parent that sleeps, which sleeps on; what an earlier attempt left is cleared', async () => {
    await computes.open(child).destroy();
    await computes.open(parent).suspend();
    const left = path.join(home, 'endpoints', child.endpointId, 'data.copy');
    fs.mkdirSync(left, { recursive: true });
    fs.writeFileSync(path.join(left, 'PG_VERSION'), '18');
    await computes.open(child).createFrom(parent, contents);
    expect(await computes.open(parent).status()).toEqual({ kind: 'idle' });
    expect(await ask(child, 'select count(*)::int from account')).toEqual([20_000]);
    expect(fs.existsSync(left)).toBe(false);
    await computes.open(parent).start();
  });

  it('that is reset has the data of the parent, and keeps its own when the copy is no good', async () => {
    await ask(child, 'create table own as select 1 as n');
    const bad = { roles: [], databases: [{ name: 'more', ownerName: 'nobody there' }] };
    await expect(computes.open(child).resetFrom(parent, bad)).rejects.toMatchObject({ code: '42704' });
    expect(await ask(child, 'select n from own')).toEqual([1]);
    expect(fs.readdirSync(path.join(home, 'endpoints', child.endpointId))).toEqual(['data']);
    await computes.open(child).resetFrom(parent, contents);
    expect(await ask(child, "select to_regclass('own')::text")).toEqual([null]);
    expect(fs.readdirSync(path.join(home, 'endpoints', child.endpointId))).toEqual(['data']);
  });

  it('is refused for a Postgres that was attached, and for a parent that is not there', async () => {
    const attached = computes.open({ kind: 'attached', endpointId: 'ep-x', connectionUrl: 'postgresql://u@h/d' });
    await expect(attached.createFrom(parent, contents)).rejects.toMatchObject({ code: 'operation-unsupported' });
    const third = await newCompute('ep-a-third-00000003', 'x');
    const nobody = await newCompute('ep-no-body-00000004', 'x');
    await expect(computes.open(third).createFrom(nobody, contents)).rejects.toMatchObject({ code: 'not-found' });
    expect(await computes.open(third).status()).toEqual({ kind: 'missing' });
  });
});
