/**
 * docker-compose.yml without containers: the file is parsed, and the processes that it describes are started with the same
 * commands and the same environment, host names and ports replaced by this machine's.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import { parse } from 'yaml';
import { httpStatus } from '../../../tools/testing/http-status.js';
import { runSql } from './harness/management.js';
import { end, eventually, findPortBase, makeHome, spawnPerch, workspace } from './harness/perch-process.js';

interface Service {
  readonly command?: readonly string[];
  readonly image: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const text = fs.readFileSync(path.join(workspace, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const ours = Object.entries(services).filter(([, service]) => service.build !== undefined);

const redisServer = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .map((dir) => path.join(dir, 'redis-server'))
  .find((file) => fs.existsSync(file));

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as compose reads them. */
function interpolate(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{(\w+)(?::([-?])((?:[^{}]|\{[^}]*\})*))?\}/g, (_all, name: string, kind, rest: string) => {
    const given = variables[name];
    if (given !== undefined) return given;
    if (kind === '-') return rest;
    throw new Error(`docker-compose.yml needs ${name}`);
  });
}

describe('docker-compose.yml', () => {
  test('describes every process, its health and what it waits for', () => {
    expect(Object.keys(services).sort()).toEqual(
      [
        'metadata',
        'redis',
        'demo-postgres',
        'control-plane',
        'worker',
        'data-plane-1',
        'data-plane-2',
        'load-balancer',
      ].sort(),
    );
    for (const [name, service] of Object.entries(services)) {
      expect([name, service.healthcheck?.test.length]).toEqual([name, expect.any(Number)]);
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(other);
    }
    const balancer = fs.readFileSync(path.join(workspace, 'deploy/haproxy.cfg'), 'utf8');
    expect(balancer).toContain('data-plane-1:4100');
    expect(balancer).toContain('data-plane-2:4100');
  });
});

describe('Dockerfile', () => {
  const dockerfile = fs.readFileSync(path.join(workspace, 'Dockerfile'), 'utf8');

  test('copies and starts what there is', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    const [, program] = /^ENTRYPOINT \["node", "([^"]+)"\]$/m.exec(dockerfile) ?? [];
    for (const name of [...copied, program ?? 'ENTRYPOINT']) {
      expect([name, fs.existsSync(path.join(workspace, name))]).toEqual([name, true]);
    }
  });
});

describe('the processes of docker-compose.yml', () => {
  const children: ChildProcess[] = [];
  const homes: string[] = [];
  let postgres: EmbeddedPostgres;
  let bases: Record<string, number>;
  const apiKey = `perch_${'k'.repeat(43)}`;

  beforeAll(async () => {
    const dataHome = makeHome();
    homes.push(dataHome);
    postgres = await startEmbeddedPostgres({
      dataDir: path.join(dataHome, 'pg'),
      superuserPassword: 'pg',
      durable: false,
    });
    await runSql(postgres.url('postgres'), `CREATE ROLE perch LOGIN CREATEDB PASSWORD 'perch'`);
    await runSql(postgres.url('postgres'), `CREATE ROLE app LOGIN CREATEROLE PASSWORD 'app'`);
    await runSql(postgres.url('postgres'), 'CREATE DATABASE perch OWNER perch');
    await runSql(postgres.url('postgres'), 'CREATE DATABASE app OWNER app');
    const redisUrl = await startRedis(children);
    const control = await findPortBase();
    bases = { 'control-plane': control, worker: control, 'data-plane-1': 0, 'data-plane-2': 0 };
    for (const name of ['data-plane-1', 'data-plane-2']) {
      do bases[name] = await findPortBase();
      while (Object.entries(bases).some(([other, base]) => other !== name && base === bases[name]));
    }
    const variables = {
      PERCH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      PERCH_FLEET_TOKEN: 'fleet-token-of-the-compose-spec',
      PERCH_BOOTSTRAP_API_KEY: apiKey,
      PERCH_DATA_API_URL: `http://127.0.0.1:${(bases['data-plane-1'] ?? 0) + 100}/{endpoint_id}/{database}/rest/v1`,
    };
    for (const [name, service] of ours) {
      const environment = Object.entries(service.environment ?? {}).flatMap(([key, value]): [string, string][] => {
        if (key === 'REDIS_URL') return redisUrl === undefined ? [] : [[key, redisUrl]];
        const here = interpolate(value, variables)
          .replace('metadata:5432', `127.0.0.1:${postgres.port}`)
          .replace('control-plane:4000', `127.0.0.1:${control}`);
        return [[key, here]];
      });
      const home = makeHome();
      homes.push(home);
      const { child, output } = spawnPerch(service.command ?? [], {
        ...Object.fromEntries(environment),
        PERCH_HOME: home,
        PERCH_PORT_BASE: String(bases[name]),
      });
      children.push(child);
      await eventually(`${name} is healthy`, async () => {
        if (child.exitCode !== null) throw new Error(output());
        return (await healthy(service, bases[name] ?? 0)) ? true : undefined;
      });
    }
  }, 120_000);

  afterAll(async () => {
    await Promise.all(children.map((child) => end(child, 'SIGTERM')));
    await postgres?.stop();
    for (const home of homes) fs.rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test('a project attached to an existing PostgreSQL is served by both proxies', async () => {
    const api = `http://127.0.0.1:${bases['control-plane']}/api/v2`;
    const call = async (method: string, route: string, body?: unknown) => {
      const response = await fetch(api + route, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // Read as the test expects it; a wrong expectation fails the assertion on it.
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      return { status: response.status, body: (await response.json()) as any };
    };
    const url = new URL(postgres.url('app'));
    url.username = 'app';
    url.password = 'app';
    await runSql(url.href, `CREATE TABLE birds (name text); INSERT INTO birds VALUES ('wren')`);
    const created = await call('POST', '/projects', {
      project: { name: 'demo', perch: { compute: 'attached', connection_url: url.href } },
    });
    expect([created.status, created.body]).toEqual([201, expect.anything()]);
    const enabled = await call(
      'POST',
      `/projects/${created.body.project.id}/branches/${created.body.branch.id}/data-api`,
      {
        add_anonymous_grants: true,
      },
    );
    expect([enabled.status, enabled.body]).toEqual([201, expect.objectContaining({ status: 'active' })]);
    const first = new URL(`${enabled.body.url}/birds`);
    const second = new URL(first);
    second.port = String((bases['data-plane-2'] ?? 0) + 100);
    for (const address of [first, second]) expect(await (await fetch(address)).json()).toEqual([{ name: 'wren' }]);
  }, 60_000);

  (redisServer === undefined ? test.skip : test)(
    'the queue is in Redis (skipped where there is no redis-server)',
    () => {
      expect(children.length).toBe(5);
    },
  );
});

/** The service's own health command, with its port moved. */
async function healthy(service: Service, base: number): Promise<boolean> {
  const script = service.healthcheck?.test.join(' ') ?? '';
  const [, url] = /get\('(http[^']+)'/.exec(script) ?? [];
  if (url === undefined) throw new Error(`no health address in: ${script}`);
  const moved = new URL(url);
  moved.port = String(base + Number(moved.port) - 4000);
  return (await httpStatus(moved.href)) === 200;
}

async function startRedis(children: ChildProcess[]): Promise<string | undefined> {
  if (redisServer === undefined) return undefined;
  const port = (await findPortBase()) + 7;
  children.push(spawn(redisServer, ['--port', String(port), '--save', '', '--appendonly', 'no'], { stdio: 'ignore' }));
  return `redis://127.0.0.1:${port}`;
}
