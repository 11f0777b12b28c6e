// Many branches on one machine, most of them suspended: what the suspended ones take, how long the first request to one takes, and
// how often a hundred first requests wake it.
//   node bench/wake.mjs [--branches 30] [--awake 3] [--write]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withCleanup } from './processes.mjs';
import { writeSection } from './table.mjs';
import { enableProject, startPerch } from './up.mjs';

const { values: options } = parseArgs({
  options: {
    branches: { type: 'string', default: '30' },
    awake: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const AT_ONCE = 100;

await withCleanup(async (cleanup) => {
  const perch = await startPerch(cleanup);
  const sql = 'CREATE TABLE birds (id int PRIMARY KEY); INSERT INTO birds VALUES (1)';
  const root = await enableProject(perch, 'bench', sql);
  const project = root.route.split('/branches/')[0];
  const branches = [];
  for (let n = 1; n < Number(options.branches); n += 1) branches.push(await makeBranch(perch, project, n));
  const suspended = branches.slice(Number(options.awake) - 1);
  for (const branch of suspended) await suspend(perch, project, branch);

  const endpointsDir = path.join(perch.home, 'endpoints');
  const running = serversBelow(endpointsDir);
  const stillThere = suspended.filter(({ endpointId }) => running.has(endpointId)).length;
  // First by a proxy that never saw the branch and has to read its schema, then by one that has served it before.
  const rounds = [];
  for (const who of ['never asked before', 'asked before']) {
    const samples = [];
    const parts = [];
    for (const branch of suspended) {
      if (who === 'asked before') await suspend(perch, project, branch);
      samples.push(await firstAnswer(branch));
      parts.push(await partsOf(perch, project, branch));
    }
    rounds.push({ who, samples, parts });
  }
  const [last] = suspended;
  await suspend(perch, project, last);
  const before = await starts(perch, project, last);
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => firstAnswer(last)));
  const wakes = (await starts(perch, project, last)) - before;

  const at = (values, share) => {
    const sorted = [...values].sort((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  };
  const middle = (values) => at(values, 0.5);
  const names = Object.keys(rounds[0].parts[0]);
  const table = [
    `| wake to answer, ms | p50 | p90 | max | ${names.join(' | ')} | the proxy: finds nobody, asks, connects, reads |`,
    `| --- | --: | --: | --: | ${names.map(() => '--: |').join(' ')} --: |`,
    ...rounds.map(({ who, samples, parts }) => {
      const ofStart = names.map((name) => middle(parts.map((one) => one[name])));
      const rest = middle(samples.map((ms, n) => ms - names.reduce((sum, name) => sum + parts[n][name], 0)));
      return `| ${[who, at(samples, 0.5), at(samples, 0.9), at(samples, 1), ...ofStart, rest].join(' | ')} |`;
    }),
    '',
    `${branches.length + 1} branches, ${suspended.length} of them suspended, with ${stillThere} processes of theirs. ` +
      `${AT_ONCE} first requests at once: ${answers.length} answered 200, ${wakes} start.`,
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, 'README.md'), 'wake', table);
});

/** Again while something else is being done to the project. */
async function call(perch, method, route, body) {
  for (;;) {
    try {
      return await perch.call(method, route, body);
    } catch (error) {
      if (!/busy|locked/i.test(error.message)) throw error;
      await pause(200);
    }
  }
}

async function makeBranch(perch, project, n) {
  const { branch, endpoints } = await call(perch, 'POST', `${project}/branches`, {
    branch: { name: `branch ${n}` },
    endpoints: [{ type: 'read_write' }],
  });
  for (;;) {
    const answer = await call(perch, 'GET', `${project}/branches/${branch.id}/data-api`).catch(async (error) => {
      const { operations } = await call(perch, 'GET', `${project}/operations?limit=20`);
      throw new Error(JSON.stringify(operations.find(({ status }) => status === 'failed')), { cause: error });
    });
    if (answer.status === 'active') return { endpointId: endpoints[0].id, url: answer.url };
    await pause(100);
  }
}

async function suspend(perch, project, { endpointId }) {
  const { operations } = await call(perch, 'POST', `${project}/endpoints/${endpointId}/suspend`);
  for (const { id } of operations) {
    while ((await call(perch, 'GET', `${project}/operations/${id}`)).operation.status !== 'finished') await pause(50);
  }
}

/** Milliseconds of a read that wakes the branch. */
async function firstAnswer({ url }) {
  const startedAt = performance.now();
  const response = await fetch(`${url}/birds`);
  const text = await response.text();
  if (response.status !== 200 || text !== '[{"id":1}]') throw new Error(`${response.status} ${text}`);
  return performance.now() - startedAt;
}

/** Milliseconds that the start which the request waited for spent, as its operation tells them. */
async function partsOf(perch, project, { endpointId }) {
  for (;;) {
    const { operations } = await call(perch, 'GET', `${project}/operations?limit=20`);
    const start = operations.find((one) => one.endpoint_id === endpointId && one.action === 'start_compute');
    if (start?.status === 'finished') {
      const [compute] = start.perch.steps.filter(({ name }) => name === 'start-compute');
      const [begun, up] = [Date.parse(compute.started_at), Date.parse(compute.finished_at)];
      const [asked, ended] = [Date.parse(start.created_at), Date.parse(start.updated_at)];
      return {
        'until the worker begins': begun - asked,
        'start of PostgreSQL': up - begun,
        'until it is written': ended - up,
      };
    }
    await pause(50);
  }
}

async function starts(perch, project, { endpointId }) {
  const { operations } = await call(perch, 'GET', `${project}/operations?limit=1000`);
  return operations.filter((one) => one.endpoint_id === endpointId && one.action === 'start_compute').length;
}

/** Endpoint ids of the servers that run. */
function serversBelow(directory) {
  const dataDirs = fs.readdirSync('/proc').flatMap((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').split('\0');
      return words.includes('-D') ? [words[words.indexOf('-D') + 1]] : [];
    } catch {
      return [];
    }
  });
  const ours = dataDirs.filter((dataDir) => dataDir.startsWith(directory + path.sep));
  return new Set(ours.map((dataDir) => path.basename(path.dirname(dataDir))));
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
