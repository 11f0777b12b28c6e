// How long from the enabling call to the first 200 through the URL: a `perch up` of its own, a few projects one after the other.
//   node bench/enable.mjs [--projects 7] [--write]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { writeSection } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: { projects: { type: 'string', default: '7' }, write: { type: 'boolean', default: false } },
});

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
const perch = spawn(process.execPath, [path.join(here, '../apps/perch/bin/perch.mjs'), 'up'], {
  env: { ...process.env, PERCH_HOME: home, PERCH_PORT_BASE: String(await freeBase()) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await untilUp(perch);
  const up = JSON.parse(fs.readFileSync(path.join(home, 'up.json'), 'utf8'));
  const samples = [];
  for (let n = 0; n < Number(options.projects); n += 1) samples.push(await enableOne(up, n));
  const table = render(samples);
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(here, 'README.md'), 'enable', table);
} finally {
  const gone = new Promise((resolve) => perch.once('exit', resolve));
  perch.kill('SIGINT');
  await gone;
  fs.rmSync(home, { recursive: true, force: true });
}

/** Milliseconds of the call, and from its start to the first 200 of a table's rows. */
async function enableOne(up, n) {
  const call = async (route, body) => {
    const response = await fetch(up.api_url + route, {
      method: 'POST',
      headers: { authorization: `Bearer ${up.api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${route}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const { project, branch, connection_uris: uris } = await call('/projects', { project: { name: `bench ${n}` } });
  const owner = new pg.Client({ connectionString: uris[0].connection_uri });
  await owner.connect();
  await owner.query('CREATE TABLE birds (id int PRIMARY KEY); INSERT INTO birds VALUES (1)');
  await owner.end();

  const startedAt = performance.now();
  const { url } = await call(`/projects/${project.id}/branches/${branch.id}/data-api`, {});
  const answeredMs = performance.now() - startedAt;
  for (;;) {
    const response = await fetch(`${url}/birds`);
    await response.arrayBuffer();
    if (response.status === 200) return { answeredMs, firstRowMs: performance.now() - startedAt };
  }
}

function render(samples) {
  const row = (name, values) => {
    const sorted = values.map(Math.round).sort((a, b) => a - b);
    return `| ${name} | ${sorted[0]} | ${sorted[Math.floor(sorted.length / 2)]} | ${sorted.at(-1)} |`;
  };
  return [
    `| ms, ${samples.length} projects | min | median | max |`,
    '| --- | --: | --: | --: |',
    row(
      'the enabling call',
      samples.map(({ answeredMs }) => answeredMs),
    ),
    row(
      'from the call to the first 200',
      samples.map(({ firstRowMs }) => firstRowMs),
    ),
  ].join('\n');
}

function untilUp(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Perch is up')) resolve();
    });
    child.once('exit', () => reject(new Error(`perch up ended:\n${said}`)));
  });
}

/** A base whose first port is free; the chance that one of the others is not is small on a quiet machine. */
async function freeBase() {
  const base = 20_000 + Math.floor(Math.random() * 100) * 100;
  const free = await new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(false));
    probe.listen(base, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  return free ? base : freeBase();
}
