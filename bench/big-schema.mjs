// What a big schema costs: loading it, keeping it, planning by it. One database per size, ten columns a table, a foreign key each.
//   node --expose-gc bench/big-schema.mjs [--tables 1000,10000] [--write]
// PERCH_BENCH_POSTGRES_URL names a server to use (superuser); without it an embedded one is started.
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createTenantExecutors } from '../libs/postgres/dist/index.js';
import { loadSchemaCache, parseApiRequest, planAction } from '../libs/engine/dist/index.js';
import { apiConfigOf } from '../apps/data-plane/dist/active-tenant.js';
import { postgrestDefaults } from '../libs/contract/dist/index.js';
import { postgresServer, withCleanup } from './processes.mjs';
import { writeSection } from './table.mjs';

const { values: options } = parseArgs({
  options: { tables: { type: 'string', default: '1000,10000' }, write: { type: 'boolean', default: false } },
});
const config = apiConfigOf({ ...postgrestDefaults, db_anon_role: 'postgres' }, '');

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  const urlOf = (database) => Object.assign(new URL(superuserUrl), { pathname: `/${database}` }).href;
  const rows = [];
  for (const tables of options.tables.split(',').map(Number)) rows.push(await measure(tables, urlOf));
  const table = [
    '| tables | columns | load ms | heap MB | plan a row us | plan an embed us | unknown table us |',
    '| --: | --: | --: | --: | --: | --: | --: |',
    ...rows.map((cells) => `| ${cells.map((cell) => cell.toLocaleString('en-US')).join(' | ')} |`),
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, 'README.md'), 'big-schema', table);
});

async function measure(tables, urlOf) {
  const name = `bench_${tables}_${process.pid}`;
  await admin(urlOf('postgres'), `CREATE DATABASE ${name}`);
  try {
    await fill(urlOf(name), tables);
    const executors = createTenantExecutors({});
    const executor = executors.for({
      key: name,
      version: 1,
      databaseUrl: urlOf(name),
      poolSize: 1,
      prepare: true,
    });
    await executor.submit({ statements: [{ text: 'select 1', values: [] }] });
    const heapBefore = settledHeap();
    const kept = await loadSchemaCache(executor, config);
    const heapMb = (settledHeap() - heapBefore) / 1024 ** 2;
    // The first load warmed the code; the second one is timed.
    const startedAt = performance.now();
    const schema = await loadSchemaCache(executor, config);
    const loadMs = performance.now() - startedAt;
    if (kept.contentHash !== schema.contentHash) throw new Error('two loads of one schema differ');
    const plan = (query) => worstPlan(schema, query, tables);
    const figures = [
      tables,
      tables * 10,
      loadMs,
      heapMb,
      plan('id=eq.1'),
      plan('select=id,parent(id)'),
      plan(undefined),
    ];
    await executors.close();
    return figures.map(Math.round);
  } finally {
    await admin(urlOf('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** In parts: every table takes a lock until its transaction ends. */
async function fill(url, tables) {
  const columns = Array.from({ length: 8 }, (_, n) => `c${n} text`).join(', ');
  for (let from = 0; from < tables; from += 500) {
    const until = Math.min(from + 500, tables) - 1;
    await admin(
      url,
      `DO $$ BEGIN FOR i IN ${from}..${until} LOOP
         EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, parent_id int CONSTRAINT parent_%s REFERENCES t%s, ${columns})', i, i, greatest(i - 1, 0));
       END LOOP; END $$`,
    );
  }
}

/** The slowest of many tables, microseconds; an undefined query asks for a table that is not there. */
function worstPlan(schema, query, tables) {
  let worst = 0;
  for (let n = 1; n < 200; n += 1) {
    const at = 1 + Math.floor((n * (tables - 2)) / 200);
    const asked = query?.replace('parent(', `t${at - 1}!parent_${at}(`);
    const path = query === undefined ? `/t_unknown_${n}` : `/t${at}`;
    const startedAt = performance.now();
    try {
      const request = parseApiRequest(
        { method: 'GET', path, query: asked ?? '', headers: [], body: Buffer.alloc(0) },
        config,
      );
      planAction(request, schema, config);
    } catch (error) {
      if (query !== undefined) throw error;
    }
    // The first ones warm the machine up.
    if (n > 20) worst = Math.max(worst, performance.now() - startedAt);
  }
  return worst * 1000;
}

/** Bytes; needs --expose-gc to mean something. */
function settledHeap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function admin(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
