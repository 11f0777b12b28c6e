/**
 * Every example of `@supabase/postgrest-js`'s own documentation that comes with its tables, run as it is written against a
 * proxy process: it answers what the documentation says, but where that is at odds with itself or with PostgREST.
 */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { PostgrestClient } from '@supabase/postgrest-js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import { httpStatus } from '../../../tools/testing/http-status.js';
import { runSql } from './harness/management.js';
import { end, eventually, findPortBase, makeHome, spawnPerch } from './harness/perch-process.js';
import { documentedExamples, type DocumentedExample } from './postgrest-js/documented-examples.js';

/** Makes a table by one name and fills it by another. */
const unloadable = 'PostgrestQueryBuilder.select: Querying referenced table with count';
const examples = documentedExamples().filter(({ title }) => title !== unloadable);

/** What is not compared of an answer, and why. */
const loose: Readonly<Record<string, readonly (keyof NonNullable<DocumentedExample['answer']>)[]>> = {
  // Says that a null is the text "null".
  'PostgrestFilterBuilder.is: Checking for nullness, true or false': ['data'],
  // Calls with all columns and shows one.
  'PostgrestFilterBuilder.contains: On array columns': ['data'],
  // Renames an embed and shows its former name.
  'PostgrestTransformBuilder.order: Order parent table by a referenced table': ['data'],
  // The first of two rows in no order.
  'PostgrestTransformBuilder.limit: On a referenced table': ['data'],
  // A random key.
  'PostgrestQueryBuilder.select: Switching schemas per query': ['data'],
  // PostgREST 12 and later answer 200 where an upsert inserts nothing.
  'PostgrestTransformBuilder.select: With `upsert()`': ['status'],
  'PostgrestQueryBuilder.upsert: Upsert your data': ['status'],
};

describe("the examples of postgrest-js's documentation", () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let proxy: ChildProcess;
  let url: string;

  beforeAll(async () => {
    home = makeHome();
    postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'pg'), superuserPassword: 'pg', durable: false });
    await runSql(
      postgres.url('postgres'),
      `CREATE ROLE page_login LOGIN NOINHERIT PASSWORD 'page'; CREATE ROLE reader; GRANT reader TO page_login;
       CREATE SCHEMA extensions; GRANT USAGE ON SCHEMA extensions TO reader;
       CREATE EXTENSION "uuid-ossp" SCHEMA extensions; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reader;
       ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO reader; ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader`,
    );
    for (const [index, { sql }] of examples.entries()) {
      const schema = `page${index}`;
      const tables = sql.replaceAll('public.', `${schema}.`);
      await runSql(postgres.url('postgres'), `CREATE SCHEMA ${schema}; SET search_path TO ${schema};\n${tables}`);
    }
    const tenants = examples.map(({ code }, index) => ({
      name: `page${index}`,
      hostnames: ['127.0.0.1'],
      path_prefix: `/page${index}`,
      database_url: `postgres://page_login:page@127.0.0.1:${postgres.port}/postgres`,
      settings: {
        db_schemas: [`page${index}`, ...(code.includes("schema('myschema')") ? ['myschema'] : [])],
        db_anon_role: 'reader',
        db_plan_enabled: true,
        pool_size: 1,
      },
      jwt: {},
    }));
    const file = path.join(home, 'tenants.json');
    fs.writeFileSync(file, JSON.stringify(tenants));
    const base = await findPortBase();
    ({ child: proxy } = spawnPerch(['data-plane', '--tenants', file], {
      PERCH_HOME: home,
      PERCH_PORT_BASE: String(base),
    }));
    url = `http://127.0.0.1:${base + 100}`;
    await eventually(
      'the proxy is ready',
      async () => ((await httpStatus(`http://127.0.0.1:${base + 190}/ready`)) === 200 ? true : undefined),
      60_000,
    );
  }, 180_000);

  afterAll(async () => {
    if (proxy) await end(proxy, 'SIGTERM');
    await postgres?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  it('are there', () => {
    expect(examples.length).toBeGreaterThan(60);
    const titles = examples.map(({ title }) => title);
    expect(Object.keys(loose).filter((title) => !titles.includes(title))).toEqual([]);
  });

  it.each(examples.map((example, index) => ({ ...example, index })))(
    '$title',
    async ({ title, code, answer, index }) => {
      const got = await run(code, new PostgrestClient(`${url}/page${index}`));
      if (answer === undefined) return expect(got).toMatchObject({ status: 200, error: null });
      const compared = Object.entries(answer).filter(
        // Pages that were made over HTTP/2 show no phrase.
        ([key, value]) =>
          !(loose[title] ?? []).includes(key as keyof typeof answer) && !(key === 'statusText' && value === ''),
      );
      const expected = Object.fromEntries(compared);
      const found = Object.fromEntries(compared.map(([key]) => [key, got[key]]));
      expect(JSON.parse(JSON.stringify(found))).toEqual(expected);
    },
  );
});

/** The example's statements as they are; goes out what its last call gave. */
async function run(code: string, client: PostgrestClient): Promise<Record<string, unknown>> {
  const statements = code.replace(/const (?:\{[^}]*\}|\w+) = await/g, 'last = await');
  const body = `return (async () => { let last; ${statements}\n; return last; })()`;
  return new Function('supabase', body)(client) as Promise<Record<string, unknown>>;
}
