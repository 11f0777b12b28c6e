/** Traces of a real proxy process, received by OTLP: the spans of a request, how they hang together, and what they keep quiet about. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { eventually, makeHome } from './harness/perch-process.js';
import { signToken, startProxy, type ProxyProcess } from './harness/proxy-process.js';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from './harness/trace-receiver.js';

const id = randomBytes(4).toString('hex');
const anon = `anon_${id}`;
const login = `login_${id}`;
const jwtSecret = `jwt-secret-${randomBytes(16).toString('hex')}`;
const password = `pw-${randomBytes(8).toString('hex')}`;
const apiKey = `collector-key-${randomBytes(8).toString('hex')}`;
/** Everything a client or an operator would not want to find at the collector. */
const canaries = {
  filter: 'canary-filter-4711',
  stored: 'canary-row-0815',
  body: 'canary-body-2342',
  cookie: 'canary-cookie-99',
  claim: 'canary-claim-77',
  argument: 'canary-argument-55',
};

describe('traces of a proxy', () => {
  let database: TestDatabase;
  let receiver: TraceReceiver;
  let proxy: ProxyProcess | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create role ${login} login noinherit password '${password}'; grant ${anon} to ${login};
       create table notes (id int primary key, body text); insert into notes values (1, '${canaries.stored}');
       create function shout(word text) returns text language sql as $$ select upper(word) $$;
       grant all on notes to ${anon}`,
    );
  });
  afterAll(async () => {
    await database.query(`drop owned by ${anon}; drop role ${anon}, ${login}`);
    await database.drop();
  }, 60_000);
  beforeEach(async () => {
    receiver = await startTraceReceiver();
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
    await receiver.stop();
  });

  const databaseUrl = () => {
    const url = new URL(database.url);
    url.username = login;
    url.password = password;
    return url.href;
  };
  const tenants = () => [
    {
      name: 'app',
      hostnames: ['127.0.0.1'],
      path_prefix: '/app',
      database_url: databaseUrl(),
      settings: { db_anon_role: anon },
      jwt: { secret: jwtSecret },
    },
  ];
  const start = async (env: Record<string, string> = {}) => {
    proxy = await startProxy(tenants(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${apiKey}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...env,
    });
    return proxy.url;
  };
  const token = () => signToken({ role: anon, sub: canaries.claim }, jwtSecret);
  const headers = () => ({ authorization: `Bearer ${token()}`, cookie: `session=${canaries.cookie}` });
  const root = (spans: readonly ReceivedSpan[]) => spans.find(({ kind }) => kind === 2);
  /** The whole trace: the request's own span is the last to end, and is sent with or behind its children. */
  const traceOf = (traceId: string) =>
    eventually('the trace', async () => {
      const spans = receiver.spans.filter((span) => span.traceId === traceId);
      return root(spans) === undefined ? undefined : spans;
    });
  let traces = 0;
  const call = async (url: string, init: RequestInit = {}) => {
    const traceId = randomBytes(16).toString('hex');
    const parent = randomBytes(8).toString('hex');
    traces += 1;
    const sent = { ...headers(), 'x-request-id': `r-${traces}`, traceparent: `00-${traceId}-${parent}-01` };
    const response = await fetch(url, { ...init, headers: { ...sent, ...(init.headers as object) } });
    await response.text();
    return { status: response.status, parent, spans: await traceOf(traceId) };
  };

  it('has the request, its steps and the packet of statements, within each other', async () => {
    const url = await start({ OTEL_SERVICE_NAME: 'our-proxies' });
    const { status, parent, spans } = await call(`${url}/app/notes?body=eq.${canaries.filter}`);
    expect(status).toBe(200);
    const request = root(spans);
    expect(request).toMatchObject({ name: 'GET /{relation}', parentSpanId: parent, failed: false });
    expect(request?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/{relation}',
      'url.scheme': 'http',
      'url.path': '/app/notes',
      'network.protocol.version': '1.1',
      'perch.tenant': 'app',
      'perch.request.id': 'r-1',
    });
    expect(request?.resource).toMatchObject({ 'service.name': 'our-proxies', 'perch.process': 'data-plane' });

    const steps = spans.filter((span) => span !== request).sort((a, b) => a.startMs - b.startMs);
    expect(steps.map(({ attributes }) => attributes['perch.step'])).toEqual(
      ['tenant', 'jwt', 'schema', 'parse', 'plan', 'transaction', 'response'], // in the order of the walk
    );
    for (const step of steps) {
      expect(step.parentSpanId).toBe(request?.spanId);
      expect(step.startMs).toBeGreaterThanOrEqual((request?.startMs ?? 0) - 0.01);
      expect(step.endMs).toBeLessThanOrEqual((request?.endMs ?? 0) + 0.01);
    }
    const { hostname, port } = new URL(database.url);
    const transaction = steps.find(({ kind }) => kind === 3);
    expect(transaction?.name).toBe('SELECT notes');
    expect(transaction?.attributes).toEqual({
      'perch.step': 'transaction',
      'db.system.name': 'postgresql',
      'db.namespace': `${database.name}|public`,
      'db.query.summary': 'SELECT notes',
      'server.address': hostname,
      'server.port': Number(port),
    });
  });

  it('has the steps of an answer that needs no statement', async () => {
    const url = await start({});
    const { status, spans } = await call(`${url}/app/notes`, { method: 'OPTIONS' });
    expect(status).toBe(200);
    const steps = spans.filter((span) => span !== root(spans)).sort((a, b) => a.startMs - b.startMs);
    expect(steps.map(({ attributes }) => attributes['perch.step'])).toEqual(
      ['tenant', 'jwt', 'schema', 'parse', 'plan', 'response'], // in the order of the walk
    );
  });

  it('has the text of statements when asked, and never a value, token or password', async () => {
    const url = await start({ PERCH_TRACE_STATEMENTS: 'true' });
    const json = { 'content-type': 'application/json' };
    const { spans } = await call(
      `${url}/app/notes?body=eq.${canaries.filter}&or=(id.eq.8,body.like.*${canaries.filter}*)`,
    );
    const sql = spans.find(({ kind }) => kind === 3)?.attributes['db.query.text'];
    expect(sql).toContain('set_config');
    expect(sql).toContain('"notes"');
    const write = (body: unknown) => ({ method: 'POST', headers: json, body: JSON.stringify(body) });
    expect((await call(`${url}/app/notes`, write({ id: 2, body: canaries.body }))).status).toBe(201);
    expect((await call(`${url}/app/rpc/shout`, write({ word: canaries.argument }))).status).toBe(200);
    // Failures have messages with values in them.
    const taken = await call(`${url}/app/notes`, write({ id: 2, body: canaries.body }));
    expect(taken.status).toBe(409);
    const failed = taken.spans.find(({ kind }) => kind === 3);
    expect(failed).toMatchObject({ name: 'INSERT notes', failed: true });
    expect(failed?.attributes).toMatchObject({ 'db.response.status_code': '23505', 'error.type': '23505' });
    expect(root(taken.spans)).toMatchObject({ failed: false, attributes: { 'perch.error.code': '23505' } });
    expect((await call(`${url}/app/notes?id=eq.${canaries.filter}`)).status).toBe(400);
    const refused = await call(`${url}/app/notes`, { headers: { authorization: `Bearer ${token()}x` } });
    expect(refused.status).toBe(401);
    expect(refused.spans.map(({ attributes }) => attributes['perch.step'])).toContain('jwt');
    expect(refused.spans.find(({ name }) => name === 'jwt')?.failed).toBe(true);
    await proxy?.stop();

    const sent = receiver.text();
    expect(sent).toContain('SELECT notes');
    const secrets = { ...canaries, password, jwtSecret, apiKey, login };
    const found = Object.entries(secrets).filter(([, secret]) => sent.includes(secret));
    expect(found).toEqual([]);
    for (const part of token().split('.').slice(1)) expect(sent).not.toContain(part);
  });

  it('takes a new trace where none was begun, and none where the sampler says so', async () => {
    const url = await start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    await (await fetch(`${url}/app/notes`)).text();
    const unsampled = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
    await (await fetch(`${url}/app/notes`, { headers: { traceparent: unsampled } })).text();
    // One that its caller samples comes last, so that the others would be there.
    await call(`${url}/app/notes`);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('sends protobuf unless told otherwise, and says in the log which trace a failed request was', async () => {
    const url = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: '', PERCH_LOG_LEVEL: 'debug' });
    const traceId = 'c'.repeat(32);
    await (
      await fetch(`${url}/app/nothing`, { headers: { traceparent: `00-${traceId}-${'d'.repeat(16)}-01` } })
    ).text();
    await eventually('spans', async () => (receiver.text().includes('GET /{relation}') ? true : undefined));
    expect([...receiver.contentTypes]).toEqual(['application/x-protobuf']);
    const line = proxy
      ?.output()
      .split('\n')
      .find((text) => text.includes('"PGRST205"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ traceId, tenant: 'app', status: 404 });
  });

  it('goes on serving, and leaves in time, when nobody receives', async () => {
    const url = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await fetch(`${url}/app/notes`)).status).toBe(200);
    expect(await proxy?.stop()).toBe(0);
  });

  it('loads nothing of OpenTelemetry when it is off', async () => {
    const home = makeHome();
    const list = path.join(home, 'loaded.txt');
    const spy = path.join(home, 'spy.cjs');
    fs.writeFileSync(
      spy,
      `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join('\\n')));`,
    );
    const loadedWith = async (env: Record<string, string>) => {
      proxy = await startProxy(tenants(), { NODE_OPTIONS: `--require ${spy}`, ...env });
      expect((await fetch(`${proxy.url}/app/notes`)).status).toBe(200);
      await proxy.stop();
      proxy = undefined;
      const loaded = fs.readFileSync(list, 'utf8').split('\n');
      expect(loaded.some((file) => file.includes('/prom-client/'))).toBe(true);
      return loaded.filter((file) => /@opentelemetry\/(?!api\/)/.test(file)).length;
    };
    try {
      expect(await loadedWith({})).toBe(0);
      expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: 'none' })).toBe(0);
      expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SDK_DISABLED: 'true' })).toBe(0);
      expect(await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })).toBeGreaterThan(10);
    } finally {
      fs.rmSync(home, { recursive: true, force: true });
    }
  }, 60_000);
});
