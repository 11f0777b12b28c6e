// A `perch up` of the benchmark's own, and projects in it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { perchProgram } from './processes.mjs';

// Below the ports that a system gives to outgoing connections: computes begin 300 above it and keep theirs while they sleep.
const portBase = 20_000;

/** Resolves when it is up; `call` asks the management API. @throws when an answer is no success */
export async function startPerch({ directory, onEnd }) {
  const home = fs.mkdtempSync(path.join(directory, 'up-'));
  const perch = spawn(process.execPath, [perchProgram, 'up'], {
    env: { ...process.env, PERCH_HOME: home, PERCH_PORT_BASE: String(portBase) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => perch.once('exit', resolve));
  onEnd(async () => {
    perch.kill('SIGINT');
    await gone;
  });
  await new Promise((resolve, reject) => {
    let said = '';
    perch.once('exit', () => reject(new Error(`perch up ended:\n${said}`)));
    perch.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Perch is up')) resolve();
    });
  });
  const up = JSON.parse(fs.readFileSync(path.join(home, 'up.json'), 'utf8'));
  const call = async (method, route, body) => {
    const response = await fetch(up.api_url + route, {
      method,
      headers: { authorization: `Bearer ${up.api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${route}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return { call, home };
}

/** A project with what `sql` makes, its data API enabled; milliseconds that the enabling call took. */
export async function enableProject({ call }, name, sql) {
  const { project, branch, connection_uris: uris } = await call('POST', '/projects', { project: { name } });
  const owner = new pg.Client({ connectionString: uris[0].connection_uri });
  await owner.connect();
  await owner.query(sql);
  await owner.end();
  const route = `/projects/${project.id}/branches/${branch.id}/data-api`;
  const startedAt = performance.now();
  const { url } = await call('POST', route, {});
  return { url, route, startedAt, answeredMs: performance.now() - startedAt };
}
