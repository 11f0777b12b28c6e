// A branch of a big parent that is written to all the time: how long it takes, what it costs the parent, what it takes on the disk,
// and whether it is one consistent moment of the parent. Where the file system copies by reference, and where it does not.
//   node bench/branch.mjs [--megabytes 1000] [--clients 50] [--only copied|reflinks] [--write]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { createComputes, findFreePort } from '../libs/compute/dist/index.js';
import { writeSection } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    clients: { type: 'string', default: '50' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const megabytes = Number(options.megabytes);
const clients = Number(options.clients);
const ACCOUNTS = 50_000;
const MEBIBYTE = 1024 * 1024;
/** Milliseconds of writing before and after the branch is made. */
const UNDISTURBED_MS = 5_000;

const lastSql = 'SELECT count(*) FROM journal';

const runs = [];
if (options.only !== 'reflinks')
  runs.push(await onImage([['mkfs.ext4', '-F']], (at) => inTemporaryHome(measureBranch, at)));
if (options.only !== 'copied') {
  runs.push(await onImage([['mkfs.xfs'], ['mkfs.btrfs']], (at) => at && inTemporaryHome(measureBranch, at)));
  if (runs.at(-1) === undefined) process.stdout.write('No file system that copies by reference could be mounted.\n');
}
const table = render(runs.filter((run) => run !== undefined));
process.stdout.write(`${table}\n`);
if (options.write) writeSection(path.join(here, 'README.md'), 'branch', table);

async function measureBranch(home) {
  const computes = createComputes({ home });
  const contents = { roles: [], databases: [{ name: 'app', ownerName: 'app_owner' }] };
  const compute = async (endpointId) => ({
    kind: 'local',
    endpointId,
    port: await findFreePort(),
    superuserPassword: endpointId,
    owner: { role: 'app_owner', password: 'owned' },
  });
  const [parent, child] = [await compute('ep-the-parent-00000001'), await compute('ep-the-child-00000002')];
  const [ofParent, ofChild] = [computes.open(parent), computes.open(child)];
  try {
    await ofParent.create(contents);
    await ask(ofParent, worldSql());
    const parentBytes = Number(await ask(ofParent, "SELECT pg_database_size('app')"));
    const writers = await startWriters(ofParent.superuserUrl('app'));
    await pause(UNDISTURBED_MS);
    const [seenBefore, diskBefore, begin] = [await ask(ofParent, lastSql), usedBytes(home), now()];
    await ofChild.createFrom(parent, contents);
    const end = now();
    const rows = await ask(ofChild, lastSql);
    const diskAfter = usedBytes(home);
    await pause(UNDISTURBED_MS);
    const { samples, failures } = await writers.stop();
    const during = samples.filter(([at]) => at >= begin && at <= end).map(([, ms]) => ms);
    const before = samples.filter(([at]) => at < begin).map(([, ms]) => ms);
    const problems = await inconsistencies(ofParent, ofChild, Number(seenBefore));
    return {
      fileSystem: fileSystemOf(home),
      parentMegabytes: parentBytes / MEBIBYTE,
      seconds: (end - begin) / 1000,
      extraMegabytes: (diskAfter - diskBefore) / MEBIBYTE,
      during,
      before,
      failures,
      transactionsInChild: Number(rows),
      problems,
    };
  } finally {
    await ofChild.destroy();
    await ofParent.destroy();
  }
}

/** A row of bulk is a kilobyte; its text is of nothing that compresses or shares. */
function worldSql() {
  return `
    CREATE EXTENSION amcheck;
    CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO account SELECT n, 1000 FROM generate_series(1, ${ACCOUNTS}) n;
    CREATE TABLE journal (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      debit int NOT NULL REFERENCES account, credit int NOT NULL REFERENCES account);
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id int NOT NULL REFERENCES account);
    CREATE TABLE order_lines (order_id bigint NOT NULL REFERENCES orders, line int, text text, PRIMARY KEY (order_id, line));
    CREATE TABLE bulk (n int PRIMARY KEY, text text NOT NULL);
    INSERT INTO bulk SELECT n, (SELECT string_agg(md5((n * 31 + i)::text), '') FROM generate_series(1, 30) i)
      FROM generate_series(1, ${megabytes * 1000}) n;
    CHECKPOINT`;
}

/** What shows that the child is not one moment of the parent, at or after the backup's start: nothing. */
async function inconsistencies(ofParent, ofChild, seenBefore) {
  const problems = [];
  const expect = (what, actual, expected) => {
    if (String(actual) !== String(expected)) problems.push(`${what}: ${actual} instead of ${expected}`);
  };
  // The journal of the child is a part of the parent's, row by row, and has all that was committed before the backup began.
  const sum = `SELECT count(*) || ':' || coalesce(sum(hashtextextended(n || '/' || debit || '/' || credit, 0)), 0) FROM journal`;
  const numbers = await ask(ofChild, "SELECT coalesce(json_agg(n), '[]')::text FROM journal");
  expect(
    'journal',
    await ask(ofChild, sum),
    await ask(ofParent, `${sum} WHERE n IN (SELECT value::bigint FROM json_array_elements_text('${numbers}'))`),
  );
  if (JSON.parse(numbers).length < seenBefore) problems.push('what was committed before the backup is missing');
  // Every balance is what the journal says: no transaction is there in part.
  expect(
    'balances that the journal does not explain',
    await ask(
      ofChild,
      `SELECT count(*) FROM account a
         LEFT JOIN (SELECT debit AS id, count(*) AS n FROM journal GROUP BY 1) d USING (id)
         LEFT JOIN (SELECT credit AS id, count(*) AS n FROM journal GROUP BY 1) c USING (id)
        WHERE a.balance <> 1000 - coalesce(d.n, 0) + coalesce(c.n, 0)`,
    ),
    0,
  );
  expect('orders', await ask(ofChild, 'SELECT count(*) FROM orders'), await ask(ofChild, lastSql));
  for (const [table, column, other] of [
    ['orders', 'account_id', 'account'],
    ['order_lines', 'order_id', 'orders'],
    ['journal', 'debit', 'account'],
    ['journal', 'credit', 'account'],
  ]) {
    const orphans = `SELECT count(*) FROM ${table} t WHERE NOT EXISTS (SELECT FROM ${other} o WHERE o.id = t.${column})`;
    expect(`orphans of ${table}.${column}`, await ask(ofChild, orphans), 0);
  }
  const bulk = 'SELECT sum(hashtextextended(text, n)) FROM bulk';
  expect('bulk', await ask(ofChild, bulk), await ask(ofParent, bulk));
  const indexes = `SELECT count(bt_index_check(c.oid, true)) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND c.relkind = 'i'`;
  await ask(ofChild, indexes).catch((error) => problems.push(error.message));
  expect(
    'checksum failures',
    await ask(ofChild, 'SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database'),
    0,
  );
  return problems;
}

function render(all) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const at = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
  const ms = (values) =>
    [at(values, 0.5), at(values, 0.99), at(values, 0.9999)].map((value) => value.toFixed(0)).join(' / ');
  return [
    line([
      'file system',
      'parent MB',
      'branch s',
      'extra disk MB',
      'transactions meanwhile',
      'failed',
      'ms p50 / p99 / p99.99 before',
      'ms p50 / p99 / p99.99 meanwhile',
      'inconsistencies',
    ]),
    line(['---', ...Array.from({ length: 8 }, () => '--:')]),
    ...all.map((run) =>
      line([
        run.fileSystem,
        run.parentMegabytes.toFixed(0),
        run.seconds.toFixed(1),
        run.extraMegabytes.toFixed(0),
        run.during.length,
        run.failures.length,
        ms(run.before),
        ms(run.during),
        run.problems.length === 0 ? 'none' : run.problems.join('; '),
      ]),
    ),
    '',
    `${clients} clients write all the time. Extra disk is what the file system holds more than before, the parent's own writing included.`,
  ].join('\n');
}

async function startWriters(url) {
  const worker = new Worker(new URL('branch-writers.mjs', import.meta.url), {
    workerData: { url, clients, accounts: ACCOUNTS },
  });
  const next = () =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await next();
  return {
    stop() {
      const result = next();
      worker.postMessage('stop');
      return result;
    },
  };
}

/** The first field of the last statement that has a row. */
async function ask(compute, sql) {
  const client = new pg.Client({ connectionString: compute.superuserUrl('app') });
  await client.connect();
  try {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return result.rows?.[0]?.[0];
  } finally {
    await client.end();
  }
}

async function inTemporaryHome(use, below = os.tmpdir()) {
  const home = fs.mkdtempSync(path.join(below, 'perch-bench-'));
  try {
    return await use(home);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** With a file system of its own as a loop device, which needs root and mkfs for it; else with undefined. */
async function onImage(programs, use) {
  const image = path.join(os.tmpdir(), `perch-bench-${process.pid}.img`);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-bench-mount-'));
  const mounted = programs.some(([mkfs, ...words]) => {
    try {
      fs.writeFileSync(image, '');
      fs.truncateSync(image, (megabytes * 4 + 4_000) * MEBIBYTE);
      execFileSync(mkfs, ['-q', ...words, image], { stdio: 'ignore' });
      execFileSync('mount', ['-o', 'loop', image, directory], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  try {
    return await use(mounted ? directory : undefined);
  } finally {
    if (mounted) execFileSync('umount', [directory]);
    fs.rmSync(image, { force: true });
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function fileSystemOf(directory) {
  const mounts = fs
    .readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const fits = mounts.filter(([, at]) => at !== undefined && directory.startsWith(at === '/' ? at : `${at}/`));
  const [, , type] = fits.sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return type === 'xfs' || type === 'btrfs' ? `${type}, by reference` : `${type}, copied`;
}

function usedBytes(directory) {
  execFileSync('sync');
  const { blocks, bfree, bsize } = fs.statfsSync(directory);
  return (blocks - bfree) * bsize;
}

function now() {
  return performance.timeOrigin + performance.now();
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
