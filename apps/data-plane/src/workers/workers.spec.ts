/** The processes of `perch data-plane --workers`, as an operator sees them: one port, one admin port, no gap. */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnDataPlane, startPreflights } from '../../test/spawned.js';

interface Reply {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Not by fetch: it refuses the usual admin port, and keeps connections, which all end at one worker. */
const get = (url: string) =>
  new Promise<Reply>((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.once('error', reject);
  });

describe('perch data-plane --workers', () => {
  let directory: string;
  let file: string;
  const children: ChildProcess[] = [];

  const tenant = (path_prefix: string, settings: Record<string, unknown> = {}) => ({
    name: path_prefix.slice(1),
    hostnames: ['127.0.0.1'],
    path_prefix,
    database_url: 'postgres://nowhere',
    settings,
  });
  beforeEach(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-workers-'));
    file = path.join(directory, 'tenants.json');
    const few = { rate_limit: { requests_per_second: 0.01, burst: 20 } };
    await fs.writeFile(file, JSON.stringify([tenant('/a'), tenant('/few', few)]));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    await fs.rm(directory, { recursive: true });
  });

  const start = (...args: readonly string[]) => {
    const spawned = spawnDataPlane(['--tenants', file, '--port', '0', ...args], { PERCH_HOME: directory });
    children.push(spawned.child);
    return spawned;
  };
  const workersIn = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.includes('"process":"data-plane-worker"') && line.includes('"process-started"'))
      .map((line) => JSON.parse(line).pid as number);
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (let waited = 0; !(await condition()); waited += 20) {
      if (waited > 15_000) throw new Error(`still not: ${condition.toString()}`);
      await sleep(20);
    }
  };
  const requestsIn = async (admin: string) =>
    Number(/^perch_requests_total{method="GET".* (\d+)$/m.exec((await get(`${admin}/metrics`)).text)?.[1] ?? 0);

  it('share a port, tell one sum, and one that died is replaced without a gap', async () => {
    const { output, started } = start('--workers', '2');
    const { http: url, admin } = await started();
    await until(() => workersIn(output.text).length === 2);
    for (let i = 0; i < 10; i += 1) expect((await get(`${url}/a/t`)).status).toBe(401);
    expect(await requestsIn(admin)).toBe(10);
    expect((await get(`${admin}/metrics`)).text).toContain('perch_workers_lost_total{process="data-plane"} 0');

    process.kill(workersIn(output.text)[0] ?? 0, 'SIGKILL');
    await until(async () =>
      (await get(`${admin}/metrics`)).text.includes('perch_workers_lost_total{process="data-plane"} 1'),
    );
    expect(await requestsIn(admin)).toBe(10);
    expect((await get(`${admin}/ready`)).status).toBe(200);
    for (let i = 0; i < 10; i += 1) expect((await get(`${url}/a/t`)).status).toBe(401);
    await until(() => workersIn(output.text).length === 3);
    expect(await requestsIn(admin)).toBe(20);
  });

  it('answer every request that they accepted when they are told to stop', async () => {
    const { child, output, started } = start('--workers', '2');
    const { http: url } = await started();
    const { counts, leaving, ended } = startPreflights(url, 8);
    await until(() => counts.answered > 50);
    leaving();
    child.kill('SIGTERM');
    const [exitCode] = await once(child, 'exit');
    await ended;
    expect(counts.lost).toEqual([]);
    expect(counts.refused).toBe(8);
    expect(exitCode).toBe(0);
    expect(output.text.match(/"abandonedRequests":0/g)).toHaveLength(2);
  });

  it('that are told to leave alone do so in order, and are replaced', async () => {
    const { output, started } = start('--workers', '2');
    const { http: url } = await started();
    await until(() => workersIn(output.text).length === 2);
    const { counts, ended, leaving } = startPreflights(url, 8);
    await until(() => counts.answered > 50);
    process.kill(workersIn(output.text)[0] ?? 0, 'SIGTERM');
    await until(() => workersIn(output.text).length === 3);
    const before = counts.answered;
    await until(() => counts.answered > before + 50);
    expect(counts.lost).toEqual([]);
    leaving();
    children[0]?.kill('SIGTERM');
    await ended;
    expect(counts.lost).toEqual([]);
  });

  it('let through together what the rate of a data API allows, and say what is left', async () => {
    const { output, started } = start('--workers', '3');
    const { http: url } = await started();
    const replies = await Promise.all(Array.from({ length: 60 }, () => get(`${url}/few/t`)));
    const count = (status: number) => replies.filter((reply) => reply.status === status).length;
    expect([count(401), count(429)]).toEqual([20, 40]);
    expect(workersIn(output.text)).toHaveLength(3);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.headers['ratelimit-policy']).toBe('"requests";q=20;w=2000');
    expect(refused?.headers['ratelimit']).toMatch(/^"requests";r=0;t=\d+$/);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(50);
    expect((await get(`${url}/a/t`)).headers['ratelimit']).toBeUndefined();
  });

  it('that cannot start say why once, and the supervisor ends', async () => {
    await fs.writeFile(file, JSON.stringify([{ name: 'x' }]));
    const { child, output } = start('--workers', '3');
    const [exitCode] = await once(child, 'close');
    expect(exitCode).not.toBe(0);
    expect(output.text.match(/cannot be used/g)).toHaveLength(1);
    expect(output.text).toContain('the first worker did not start');
  });
});
