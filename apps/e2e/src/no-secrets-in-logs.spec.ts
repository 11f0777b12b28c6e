/** Logs of real processes at their most talkative: every request has its id and its tenant, and nothing that a log must not hold. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { startIssuer } from './harness/issuer.js';
import { callApi, createProject } from './harness/management.js';
import { eventually, findPortBase, makeHome, startPerch } from './harness/perch-process.js';
import { signToken, startProxy, type ProxyProcess } from './harness/proxy-process.js';

const id = randomBytes(4).toString('hex');
const secret = (name: string) => `canary-${name}-${randomBytes(8).toString('hex')}`;
const hits = (text: string, secrets: Readonly<Record<string, string>>) =>
  Object.entries(secrets).filter(([, value]) => text.includes(value));
const linesOf = (text: string): Record<string, unknown>[] =>
  text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));

describe('the log of a proxy', () => {
  const anon = `anon_${id}`;
  const login = `login_${id}`;
  const secrets = {
    password: secret('password'),
    jwtSecret: secret('jwt-secret-of-thirty-two-characters'),
    cookie: secret('cookie'),
    apiKey: secret('apikey'),
    filter: secret('filter'),
    stored: secret('stored'),
    body: secret('body'),
    claim: secret('claim'),
  };
  let database: TestDatabase;
  let proxy: ProxyProcess;

  const databaseUrl = (password: string) => {
    const url = new URL(database.url);
    url.username = login;
    url.password = password;
    return url.href;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create role ${login} login noinherit password '${secrets.password}'; grant ${anon} to ${login};
       create table notes (id int primary key, body text); insert into notes values (1, '${secrets.stored}');
       create function fail() returns int language plpgsql as $$ begin raise 'no %', '${secrets.stored}' using errcode = 'XX000'; end $$;
       grant all on notes to ${anon}`,
    );
    const tenant = (name: string, url: string) => ({
      name,
      hostnames: ['127.0.0.1'],
      path_prefix: `/${name}`,
      database_url: url,
      settings: { db_anon_role: anon },
      jwt: { secret: secrets.jwtSecret },
    });
    const tenants = [
      tenant('app', databaseUrl(secrets.password)),
      // Nobody answers there, which makes the driver talk about connections.
      tenant('away', databaseUrl(secrets.password).replace(/:\d+\//, ':1/')),
    ];
    proxy = await startProxy(tenants, { PERCH_LOG_LEVEL: 'trace' });
  }, 60_000);
  afterAll(async () => {
    await proxy?.stop();
    await database.query(`drop owned by ${anon}; drop role ${anon}, ${login}`);
    await database.drop();
  }, 60_000);

  test('has id and tenant of every request, and no secret, whatever happens to it', async () => {
    const token = signToken({ role: anon, sub: secrets.claim }, secrets.jwtSecret);
    const expired = signToken({ role: anon, sub: secrets.claim, exp: 1 }, secrets.jwtSecret);
    const send = async (requestId: string, url: string, init: RequestInit = {}) => {
      const headers = {
        authorization: `Bearer ${token}`,
        cookie: `session=${secrets.cookie}`,
        apikey: secrets.apiKey,
        'content-type': 'application/json',
        'x-request-id': requestId,
        ...(init.headers as Record<string, string> | undefined),
      };
      const response = await fetch(`${proxy.url}${url}`, { ...init, headers });
      await response.text();
      return response.status;
    };
    const post = (body: string) => ({ method: 'POST', body });
    const row = JSON.stringify({ id: 1, body: secrets.body });
    const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
    const statuses = {
      read: await send('read', `/app/notes?body=eq.${secrets.filter}`),
      taken: await send('taken', '/app/notes', post(row)),
      broken: await send('broken', '/app/notes', post(`{"id": "${secrets.body}`)),
      'not-a-number': await send('not-a-number', `/app/notes?id=eq.${secrets.filter}`),
      raised: await send('raised', '/app/rpc/fail', post('{}')),
      expired: await send('expired', '/app/notes', bearer(expired)),
      forged: await send('forged', '/app/notes', bearer(`${token}x`)),
      garbage: await send('garbage', '/app/notes', bearer(secrets.apiKey)),
      away: await send('away', `/away/notes?body=eq.${secrets.filter}`),
      nobody: await send('nobody', `/nobody/notes?apikey=${secrets.apiKey}`),
    };
    expect(statuses).toEqual({
      read: 200,
      taken: 409,
      broken: 400,
      'not-a-number': 400,
      raised: 500,
      expired: 401,
      forged: 401,
      garbage: 401,
      away: 503,
      nobody: 404,
    });
    // What is no HTTP at all.
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(proxy.url);
      const socket = http.request({ hostname, port, path: '/app/notes', headers: { 'x-key': secrets.apiKey } });
      socket.once('socket', (raw) => raw.once('connect', () => raw.end(`GET /${secrets.apiKey} NOTHTTP\r\n\r\n`)));
      socket.once('close', resolve).once('error', () => resolve());
    });
    const requests = await eventually('a line for every request', async () => {
      const lines = linesOf(proxy.output()).filter(({ message }) => message === 'request');
      return lines.length < Object.keys(statuses).length ? undefined : lines;
    });
    expect(Object.fromEntries(requests.map(({ requestId, status }) => [requestId, status]))).toEqual(statuses);
    for (const { requestId, tenant } of requests)
      expect(tenant).toBe(requestId === 'nobody' ? undefined : requestId === 'away' ? 'away' : 'app');

    const log = proxy.output();
    expect(log.length).toBeGreaterThan(1_000);
    expect(hits(log, { ...secrets, signature: token.split('.')[2] ?? '', claims: token.split('.')[1] ?? '' })).toEqual(
      [],
    );
    for (const line of linesOf(log)) expect(line).toMatchObject({ level: expect.any(String), name: 'data-plane' });
  });
});

describe('the logs of a whole Perch', () => {
  test('have ids and routes of calls and operations, and no secret of either side', async () => {
    const home = makeHome();
    const issuer = await startIssuer('ES256');
    const stranger = secret('stranger');
    const perch = await startPerch({ home, portBase: await findPortBase(), env: { PERCH_LOG_LEVEL: 'trace' } });
    try {
      const project = await createProject(perch.up, 'logged');
      const at = `/projects/${project.id}/branches/${project.branchId}`;
      const { body } = await callApi(perch.up, 'POST', `${at}/data-api`, { jwks_url: issuer.jwksUrl });
      const url = await eventually('an active Data API', async () => {
        const { body: shown } = await callApi(perch.up, 'GET', `${at}/data-api`);
        return shown.status === 'active' ? (body.url as string) : undefined;
      });
      const token = await issuer.token({ sub: 'somebody', role: 'authenticated' });
      const served = await fetch(`${url}/nothing`, {
        headers: { authorization: `Bearer ${token}`, 'x-request-id': 'r-served' },
      });
      expect(served.status).toBe(404);
      const role = await callApi(perch.up, 'POST', `${at}/roles`, { role: { name: 'clerk' } });
      const attached = {
        name: 'away',
        perch: { compute: 'attached', connection_url: `postgresql://u:${stranger}@127.0.0.1:1/x` },
      };
      await callApi(perch.up, 'POST', '/projects', { project: attached });
      await fetch(`${perch.up.api_url}/projects`, { headers: { authorization: `Bearer ${stranger}` } });

      const log = (name: string) => fs.readFileSync(path.join(home, 'logs', `${name}.log`), 'utf8');
      const call = await eventually('the line of the call', async () =>
        linesOf(log('control-plane')).find(({ route }) => String(route).endsWith('/data-api')),
      );
      expect(call).toMatchObject({ message: 'management-request', method: 'POST', project: project.id });
      expect(call['requestId']).toEqual(expect.any(String));
      const run = await eventually('the line of the operation', async () =>
        linesOf(log('worker')).find(({ message, project: of }) => message === 'operation-run' && of === project.id),
      );
      expect(run).toMatchObject({ outcome: 'finished', operation: expect.any(String) });
      const request = await eventually('the line of the request', async () =>
        linesOf(log('data-plane')).find(({ requestId }) => requestId === 'r-served'),
      );
      expect(request).toMatchObject({ tenant: `${project.endpointId}/${project.database}`, status: 404 });

      const secrets = {
        ...(JSON.parse(fs.readFileSync(path.join(home, 'secrets.json'), 'utf8')) as Record<string, string>),
        api_key: perch.up.api_key,
        owner: decodeURIComponent(new URL(project.connectionUri).password),
        clerk: role.body.role.password as string,
        token: token.split('.')[2] ?? '',
        stranger,
      };
      expect(Object.values(secrets).filter((value) => value.length < 8)).toEqual([]);
      for (const name of ['control-plane', 'worker', 'data-plane']) {
        expect([name, hits(log(name), secrets)]).toEqual([name, []]);
        expect([name, /SCRAM-SHA-256\$/.test(log(name))]).toEqual([name, false]);
      }
    } finally {
      await perch.stop();
      await issuer.close();
      fs.rmSync(home, { recursive: true, force: true });
    }
  }, 120_000);
});
