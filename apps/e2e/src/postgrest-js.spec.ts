/**
 * `@supabase/postgrest-js` as it comes from the registry, with every method it has, against a proxy process: what is
 * called, and the whole of what a user gets.
 */
import fs from 'node:fs';
import path from 'node:path';
import { PostgrestClient, PostgrestError } from '@supabase/postgrest-js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import { openBakery, type Bakery } from './harness/bakery.js';
import { runSql } from './harness/management.js';
import { eventually, makeHome } from './harness/perch-process.js';
import { callCases } from './postgrest-js/call-cases.js';
import { noContent, ok } from './postgrest-js/client-case.js';
import { filterCases } from './postgrest-js/filter-cases.js';
import { readCases } from './postgrest-js/read-cases.js';
import { publicMethods, recorded } from './postgrest-js/recorded-calls.js';
import { writeCases } from './postgrest-js/write-cases.js';

describe('@supabase/postgrest-js', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let bakery: Bakery;
  /** On the data API that undoes writes. */
  let db: PostgrestClient;
  const called = new Set<string>();
  const clientOf = (url: string, options?: ConstructorParameters<typeof PostgrestClient>[1]) =>
    recorded(new PostgrestClient(url, options), called);

  beforeAll(async () => {
    home = makeHome();
    postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'pg'), superuserPassword: 'pg', durable: false });
    bakery = await openBakery(postgres, home);
    db = clientOf(bakery.undoing);
  }, 120_000);

  afterAll(async () => {
    await bakery?.close();
    await postgres?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  describe.each([
    ['filters', filterCases],
    ['reads', readCases],
    ['writes', writeCases],
    ['calls', callCases],
  ])('%s', (_subject, cases) => {
    test.each(cases)('$title', async ({ call, answer }) => {
      expect(plain(await call(db))).toEqual(answer);
    });
  });

  it('throws where it was asked to', async () => {
    const refused = db.from('nowhere').select().throwOnError();
    await expect(refused).rejects.toThrow(PostgrestError);
    await expect(db.from('bakers').select('id').eq('id', 1).throwOnError()).resolves.toEqual(ok([{ id: 1 }]));
  });

  it('keeps what was written, unless it is told to roll back', async () => {
    const keeping = clientOf(bakery.keeping);
    const shop = () => keeping.from('shops').select('name').eq('id', 7);
    const undone = keeping.from('shops').insert({ id: 7, name: 'Fair' }).select('name').rollback();
    expect(await undone).toEqual({ ...ok([{ name: 'Fair' }]), status: 201, statusText: 'Created' });
    expect(await shop()).toEqual(ok([]));
    await keeping.from('shops').insert({ id: 7, name: 'Fair' });
    expect(await shop()).toEqual(ok([{ name: 'Fair' }]));
    expect(await keeping.from('shops').delete().eq('id', 7)).toEqual(noContent());
    expect(await shop()).toEqual(ok([]));
  });

  it('gives up when it is told to', async () => {
    const controller = new AbortController();
    const start = Date.now();
    setTimeout(() => controller.abort(), 100);
    const answer = await db.rpc('oven', { seconds: 20 }).abortSignal(controller.signal);
    expect(answer).toMatchObject({
      success: false,
      data: null,
      status: 0,
      error: { hint: expect.stringContaining('aborted') },
    });
    expect(Date.now() - start).toBeLessThan(5_000);
    const running = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%oven%' AND pid <> pg_backend_pid()`;
    await eventually('the query is gone, too', async () =>
      (await runSql(postgres.url('town'), running)).rowCount === 0 ? true : undefined,
    );
  });

  it.each([
    [true, ok([{ id: 1 }]), 2],
    [false, { success: false, data: null, error: { message: 'busy' }, count: null, status: 503, statusText: '' }, 1],
  ])('tries again after a 503: %s', async (again, answer, times) => {
    let asked = 0;
    const onceBusy: typeof fetch = async (...args) =>
      (asked += 1) === 1 ? new Response('busy', { status: 503, headers: { 'retry-after': '0' } }) : fetch(...args);
    const client = clientOf(bakery.undoing, { fetch: onceBusy });
    expect(await client.from('bakers').select('id').eq('id', 1).retry(again)).toEqual(answer);
    expect(asked).toBe(times);
  });

  it('reads the description of the API', async () => {
    const { data, error } = await db.getOpenApiSpec();
    expect(error).toBeNull();
    expect(data).toMatchObject({
      swagger: '2.0',
      definitions: { bakers: { properties: { name: { type: 'string' } } } },
    });
    const paths = Object.keys(data?.paths ?? {});
    expect(paths).toEqual(expect.arrayContaining(['/', '/bakers', '/breads', '/rpc/add']));
  });

  it('gets an answer to a filter as long as URLs may be', async () => {
    const ids = Array.from({ length: 9_000 }, (_, at) => at + 1);
    const answer = await db.from('breads').select('id').in('id', ids).order('id');
    expect(answer).toEqual(ok([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]));
  });

  it('leaves no public method of the client untried', () => {
    const methods = publicMethods();
    expect(methods.length).toBeGreaterThan(55);
    expect(methods.filter((name) => !called.has(name))).toEqual([]);
  });
});

/** Errors are of a class; what counts is what they say. */
function plain(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}
