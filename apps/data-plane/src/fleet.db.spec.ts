/** A proxy of the fleet against a control plane of this spec's own and a real database: outages, changes, unknown hosts. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlPlaneDefaults, type TenantSnapshot } from '@perch/contract';
import { createMetrics, type Observation } from '@perch/observability';
import { schemaVersionStatements } from '../../../libs/provisioning/src/schema-version.sql.js';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { loadDataPlaneConfig } from './config.js';
import { startDataPlane, type RunningDataPlane } from './start-data-plane.js';

const endpointId = 'ep-calm-lake-a1b2c3d4';
const fleetToken = 'the-fleet-token-of-this-spec';

/** The internal API of libs/contract/src/fleet-api.ts over two maps. */
class FakeControlPlane {
  readonly snapshots = new Map<string, TenantSnapshot>();
  readonly asked: string[] = [];
  #changes: string[] = [];
  #feeds = new Set<http.ServerResponse>();
  #server: http.Server | undefined;
  port = 0;

  async start() {
    this.#server = http.createServer((request, response) => this.#answer(request, response));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop() {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  publish(snapshot: TenantSnapshot | string) {
    const key = typeof snapshot === 'string' ? snapshot : snapshot.key;
    if (typeof snapshot === 'string') this.snapshots.delete(key);
    else this.snapshots.set(key, snapshot);
    const version = typeof snapshot === 'string' ? null : snapshot.version;
    const data = { sequence: this.#changes.length + 1, endpoint_id: endpointId, database: key.split('/')[1], version };
    this.#changes.push(`event: change\ndata: ${JSON.stringify(data)}\n\n`);
    for (const feed of this.#feeds) feed.write(this.#changes.at(-1) ?? '');
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse) {
    const url = new URL(request.url ?? '', 'http://h');
    this.asked.push(`${request.method} ${url.pathname}`);
    if (request.headers.authorization !== `Bearer ${fleetToken}`) return response.writeHead(401).end();
    if (url.pathname === '/internal/v1/changes') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write([':\n\n', ...this.#changes.slice(Number(url.searchParams.get('since')))].join(''));
      this.#feeds.add(response);
      return response.once('close', () => this.#feeds.delete(response));
    }
    if (request.method === 'POST') return response.writeHead(202).end();
    const [, , , , endpoint, database] = url.pathname.split('/');
    const snapshot = this.snapshots.get(`${endpoint}/${database}`);
    if (snapshot === undefined) return response.writeHead(404).end(JSON.stringify({ code: 'tenant.not-found' }));
    return response.writeHead(200).end(JSON.stringify(snapshot));
  }
}

describe('a proxy of the fleet', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let home: string;
  let controlPlane: FakeControlPlane;
  let plane: RunningDataPlane;
  let notes: Observation[];

  const snapshotOf = (name: string, version: number, change: Partial<TenantSnapshot> = {}) =>
    tenantSnapshot({
      key: `${endpointId}/${name}`,
      version,
      path_prefix: `/${name}/rest/v1`,
      database_url: database.url,
      settings: { ...controlPlaneDefaults, db_anon_role: anon },
      ...change,
    });
  const start = async () => {
    const config = loadDataPlaneConfig(
      { port: '0' },
      {
        PERCH_HOME: home,
        PERCH_FLEET_TOKEN: fleetToken,
        PERCH_CONTROL_PLANE_URL: `http://127.0.0.1:${controlPlane.port}`,
      },
    );
    const observer = { note: (note: Observation) => void notes.push(note) };
    plane = await startDataPlane(
      { ...config, adminPort: 0 },
      { observer, metrics: createMetrics({ process: 't', runtimeMetrics: false }) },
    );
  };
  const call = async (name: string, rest = '/notes', init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${plane.port}/${endpointId}/${name}/rest/v1${rest}`, init);
    const body: unknown = JSON.parse((await response.text()) || 'null');
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
  };
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (let waited = 0; !(await condition()); waited += 10) {
      if (waited > 10_000) throw new Error(`still not: ${condition.toString()}`);
      await sleep(10);
    }
  };
  const noted = (kind: Observation['kind']) => notes.some((note) => note.kind === kind);

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create table notes (id int primary key);
       insert into notes values (1); grant select on notes to ${anon}`,
    );
  });
  afterAll(async () => {
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
  }, 60_000);
  beforeEach(async () => {
    notes = [];
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-fleet-'));
    controlPlane = new FakeControlPlane();
    await controlPlane.start();
    await start();
    await until(() => noted('control-plane-connected'));
  });
  afterEach(async () => {
    await plane.stop();
    await controlPlane.stop();
    await fs.rm(home, { recursive: true });
  });
  const rows = { status: 200, body: [{ id: 1 }] };

  it('serves both forms of the URL', async () => {
    controlPlane.publish(snapshotOf('app', 1));
    expect(await call('app')).toMatchObject(rows);
    const { port } = plane;
    const hostForm = await new Promise<number | undefined>((resolve) => {
      const headers = { host: `${endpointId}.apirest.example` };
      http.get({ port, path: '/app/rest/v1/notes', headers }, (response) => resolve(response.resume().statusCode));
    });
    expect(hostForm).toBe(200);
  });

  it('answers 503 until provisioning is done, and then at once', async () => {
    controlPlane.publish(snapshotOf('app', 1, { status: 'provisioning', database_url: null }));
    expect(await call('app')).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'PERCH003' } });
    controlPlane.publish(snapshotOf('app', 2, { status: 'error', database_url: null }));
    await until(async () => (await call('app')).body !== null && noted('tenant-loaded'));
    await until(async () => JSON.stringify((await call('app')).body).includes('PERCH004'));
    controlPlane.publish(snapshotOf('app', 3));
    await until(async () => (await call('app')).status === 200);
  });

  it('asks once for an address that nobody has, until it is there', async () => {
    for (let i = 0; i < 5; i += 1)
      expect(await call('nobody')).toMatchObject({ status: 404, body: { code: 'PERCH001' } });
    const fetches = () => controlPlane.asked.filter((line) => line.startsWith('GET /internal/v1/tenants/'));
    expect(fetches()).toHaveLength(1);
    controlPlane.publish(snapshotOf('nobody', 1));
    await until(async () => (await call('nobody')).status === 200);
    expect(fetches()).toHaveLength(2);
  });

  it('takes over new settings and forgets what is gone', async () => {
    controlPlane.publish(snapshotOf('app', 1));
    expect(await call('app')).toMatchObject(rows);
    const settings = { ...controlPlaneDefaults, db_anon_role: null };
    controlPlane.publish(snapshotOf('app', 2, { settings }));
    await until(async () => (await call('app')).status === 401);
    controlPlane.publish(`${endpointId}/app`);
    await until(async () => (await call('app')).status === 404);
  });

  it('keeps serving without the control plane, also after a restart, and catches up when it is back', async () => {
    controlPlane.publish(snapshotOf('app', 1));
    expect(await call('app')).toMatchObject(rows);
    await controlPlane.stop();
    await until(() => noted('control-plane-lost'));
    for (let i = 0; i < 5; i += 1) expect(await call('app')).toMatchObject(rows);
    const never = { status: 503, retryAfter: '2', body: { code: 'PERCH002' } };
    expect(await call('never-loaded')).toMatchObject(never);

    await plane.stop();
    notes = [];
    await start();
    expect(await call('app')).toMatchObject(rows);
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'tenant-loaded', from: 'disk', version: 1 }));
    expect(await call('never-loaded')).toMatchObject(never);

    controlPlane.publish(snapshotOf('app', 2, { settings: { ...controlPlaneDefaults, db_anon_role: null } }));
    await controlPlane.start();
    await until(async () => (await call('app')).status === 401);
    await until(async () => (await call('never-loaded')).status === 404);
  });

  const restartAway = async () => {
    await plane.stop();
    await controlPlane.stop();
    notes = [];
    await start();
  };
  const schemasLoaded = () =>
    notes.flatMap((note) => (note.kind === 'schema-cache-loaded' ? [`${note.from}: ${note.why}`] : []));

  it('knows the schema after a restart without reading it, by comparing the catalogs', async () => {
    controlPlane.publish(snapshotOf('app', 1));
    expect(await call('app')).toMatchObject(rows);
    await restartAway();
    expect(await call('app')).toMatchObject(rows);
    expect(schemasLoaded()).toEqual(['disk: first request']);

    await plane.stop();
    notes = [];
    await database.query('alter table notes rename id to number');
    await start();
    expect(await call('app')).toMatchObject({ status: 200, body: [{ number: 1 }] });
    expect(schemasLoaded()).toEqual(['database: first request']);
    await database.query('alter table notes rename number to id');
  });

  it('knows the schema after a restart without reading it, by the count in the request itself', async () => {
    const counted = await createTestDatabase();
    try {
      for (const statement of schemaVersionStatements(new Set())) await counted.query(statement);
      await counted.query(
        `create table notes (id int primary key); insert into notes values (1); grant select on notes to ${anon}`,
      );
      controlPlane.publish(snapshotOf('app', 1, { database_url: counted.url }));
      expect(await call('app')).toMatchObject(rows);
      await restartAway();
      expect(await call('app')).toMatchObject(rows);
      expect(schemasLoaded()).toEqual(['disk: first request']);

      await plane.stop();
      notes = [];
      await counted.query('alter table notes rename id to number');
      await start();
      expect(await call('app')).toMatchObject({ status: 200, body: [{ number: 1 }] });
      expect(schemasLoaded()).toEqual(['disk: first request', 'database: schema moved']);
    } finally {
      await counted.query(`drop owned by ${anon}`);
      await counted.drop();
    }
  });

  it('tells of a key id that nobody knows', async () => {
    const key = { kty: 'RSA', kid: 'a', n: Buffer.alloc(256, 255).toString('base64url'), e: 'AQAB', alg: 'RS256' };
    const { jwt } = snapshotOf('app', 1);
    controlPlane.publish(snapshotOf('app', 1, { jwt: { ...jwt, jwks: { keys: [key] } } }));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256', kid: 'b' })}.${part({ role: anon })}.${'A'.repeat(342)}`;
    const headers = { authorization: `Bearer ${token}` };
    for (let i = 0; i < 3; i += 1)
      expect(await call('app', '/notes', { headers })).toMatchObject({ status: 401, body: { code: 'PGRST301' } });
    const reports = () => controlPlane.asked.filter((line) => line.endsWith('/unknown-kid'));
    await until(() => reports().length > 0);
    expect(reports()).toEqual([`POST /internal/v1/tenants/${endpointId}/app/unknown-kid`]);
  });
});
