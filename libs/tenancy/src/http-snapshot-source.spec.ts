import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import type { Observation } from '@perch/observability';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { createHttpSnapshotSource, type HttpSnapshotSourceOptions } from './http-snapshot-source.js';
import type { SnapshotSource, TenantAbsence } from './snapshot-source.js';
import { SnapshotSourceError } from './tenancy-error.js';

const fleetToken = 'the fleet token of this spec';
const key = 'ep-calm-lake-a1b2c3d4/my db';
const snapshot = tenantSnapshot({
  key,
  version: 3,
  path_prefix: '/my%20db/rest/v1',
  database_url: 'postgres://login:hush@db/app',
});
const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const change = (sequence: number, version: number | null) =>
  event('change', { sequence, endpoint_id: 'ep-calm-lake-a1b2c3d4', database: 'my db', version });

/** Runs it whole, as a busy process does sooner or later. */
async function collectGarbage(): Promise<void> {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = vm.runInNewContext('gc');
  if (typeof collect === 'function') collect();
  await sleep(10);
}

describe('createHttpSnapshotSource', () => {
  let server: http.Server;
  let respond: (request: http.IncomingMessage, response: http.ServerResponse) => void;
  let asked: string[];
  let heard: unknown[];
  let notes: Observation[];
  const sources: SnapshotSource[] = [];

  const make = (options: Partial<HttpSnapshotSourceOptions> = {}) => {
    const { port } = server.address() as AddressInfo;
    const source = createHttpSnapshotSource({
      controlPlaneUrl: `http://127.0.0.1:${port}`,
      fleetToken,
      observer: { note: (note) => void notes.push(note) },
      firstRetryMs: 5,
      maxRetryMs: 20,
      ...options,
    });
    sources.push(source);
    return source;
  };
  const listener = {
    changed: (changedKey: string, version: number) => void heard.push([changedKey, version]),
    removed: (removedKey: string, absence: TenantAbsence) => void heard.push([removedKey, absence]),
    resync: () => void heard.push('resync'),
    connected: (isConnected: boolean) => void heard.push(isConnected),
  };

  beforeEach(async () => {
    asked = [];
    heard = [];
    notes = [];
    server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      respond(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.stop();
    server.closeAllConnections();
    server.close();
  });
  const answer = (status: number, body: unknown) => {
    respond = (_request, response) => response.writeHead(status).end(JSON.stringify(body));
  };

  it('fetches a snapshot by endpoint and database, with the fleet token', async () => {
    answer(200, snapshot);
    expect(await make().fetch(key)).toEqual(snapshot);
    expect(asked).toEqual([`GET /internal/v1/tenants/ep-calm-lake-a1b2c3d4/my%20db Bearer ${fleetToken}`]);
  });

  it('knows that a data API does not exist only from the control plane itself', async () => {
    answer(404, { code: 'tenant.not-found' });
    expect(await make().fetch(key)).toEqual({ absentUpTo: Infinity });
    answer(404, { message: 'some proxy' });
    await expect(make().fetch(key)).rejects.toBeInstanceOf(SnapshotSourceError);
  });

  it('knows up to which change the control plane knows nothing of a data API', async () => {
    respond = (_request, response) =>
      response.writeHead(404, { 'perch-change-sequence': '41' }).end(JSON.stringify({ code: 'tenant.not-found' }));
    expect(await make().fetch(key)).toEqual({ absentUpTo: 41 });
  });

  it.each<[string, number, unknown]>([
    ['a failing control plane', 500, {}],
    ['a wrong fleet token', 401, {}],
    ['a format of the future', 200, { ...snapshot, format: 2 }],
    ['a snapshot of another tenant', 200, { ...snapshot, key: 'ep-calm-lake-a1b2c3d4/other' }],
    ['no snapshot at all', 200, 'hello'],
  ])('refuses %s, without secrets in the reason', async (_name, status, body) => {
    answer(status, body);
    const error: unknown = await make()
      .fetch(key)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SnapshotSourceError);
    expect(String(error)).not.toMatch(/hush|fleet token of this/);
  });

  it('gives up on a control plane that does not answer', async () => {
    respond = () => undefined;
    await expect(make({ fetchTimeoutMs: 20 }).fetch(key)).rejects.toBeInstanceOf(SnapshotSourceError);
  });

  it('passes changes on, and resumes behind the last one after the connection broke', async () => {
    let connections = 0;
    respond = (_request, response) => {
      connections += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (connections === 1) response.end(change(41, 4) + change(42, null));
      else response.write(change(43, 5));
    };
    await make().start(listener);
    while (heard.length < 5) await sleep(2);
    expect(heard).toEqual([true, [key, 4], [key, { absentUpTo: 42 }], false, true, [key, 5]].slice(0, heard.length));
    expect(asked.map((line) => line.split(' ')[1])).toEqual([
      '/internal/v1/changes?since=0',
      '/internal/v1/changes?since=42',
    ]);
  });

  it('overlooks fields that a newer control plane adds to its events', async () => {
    respond = (_request, response) => {
      response.writeHead(200);
      response.write(event('resync', { sequence: 8, added_later: 1 }));
      response.write(
        event('change', { sequence: 9, endpoint_id: 'ep-calm-lake-a1b2c3d4', database: 'my db', version: 9, why: 'x' }),
      );
    };
    await make().start(listener);
    while (heard.length < 3) await sleep(2);
    expect(heard).toEqual([true, 'resync', [key, 9]]);
  });

  it('passes a resync on and goes on from its sequence', async () => {
    let connections = 0;
    respond = (_request, response) => {
      connections += 1;
      response.writeHead(200);
      if (connections === 1) response.end(event('resync', { sequence: 900 }) + event('new-kind', {}));
      else response.flushHeaders();
    };
    await make().start(listener);
    while (asked.length < 2) await sleep(2);
    expect(heard.slice(0, 3)).toEqual([true, 'resync', false]);
    expect(asked[1]).toContain('since=900');
  });

  it('does not resume behind a change that it could not read', async () => {
    let connections = 0;
    respond = (_request, response) => {
      connections += 1;
      response.writeHead(200);
      if (connections === 1) response.write(`${change(7, 1)}event: change\ndata: {broken\n\n`);
      else response.flushHeaders();
    };
    await make().start(listener);
    while (asked.length < 2) await sleep(2);
    expect(asked[1]).toContain('since=7');
  });

  it('takes a silent connection for a dead one', async () => {
    respond = (_request, response) => void response.writeHead(200).flushHeaders();
    // Long enough for an answer on a busy machine, which would else be cut off before it came.
    await make({ idleTimeoutMs: 300 }).start(listener);
    while (heard.length < 3) await sleep(5);
    expect(heard.slice(0, 3)).toEqual([true, false, true]);
  });

  describe('ends its requests also when the garbage collector came by', () => {
    const waiting = (_request: http.IncomingMessage, response: http.ServerResponse) => {
      if (_request.url?.includes('slow-header') === true) return;
      response.writeHead(200).flushHeaders();
    };

    it('of the feed, when it stops and when nothing comes', async () => {
      respond = waiting;
      const stopped = make();
      const silent = make({ idleTimeoutMs: 300 });
      await stopped.start(listener);
      await silent.start(listener);
      while (heard.length < 2) await sleep(2);
      for (let i = 0; i < 5; i += 1) await collectGarbage();
      expect(await Promise.race([stopped.stop().then(() => 'stopped'), sleep(1_000)])).toBe('stopped');
      while (asked.length < 3) await sleep(5);
      expect(heard).toContain(false);
    });

    it('for a snapshot, before and behind the header', async () => {
      respond = waiting;
      const fetches = ['ep-slow-header-a1b2c3d4/db', key].map((one) => make({ fetchTimeoutMs: 200 }).fetch(one));
      while (asked.length < 2) await sleep(2);
      const outcomes = Promise.allSettled(fetches);
      for (let i = 0; i < 5; i += 1) await collectGarbage();
      const late = sleep(2_000).then(() => 'late');
      expect(await Promise.race([outcomes, late])).toEqual([
        expect.objectContaining({ status: 'rejected' }),
        expect.objectContaining({ status: 'rejected' }),
      ]);
    });
  });

  it('says that the control plane is away, and finds it again', async () => {
    answer(503, {});
    await make().start(listener);
    while (asked.length < 3) await sleep(2);
    expect(new Set(heard)).toEqual(new Set([false]));
    respond = (_request, response) => void response.writeHead(200).flushHeaders();
    while (!heard.includes(true)) await sleep(2);
    expect(notes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['control-plane-lost', 'control-plane-connected']),
    );
    expect(JSON.stringify(notes)).not.toContain(fleetToken);
  });

  it('reports an unknown key id once in a while', async () => {
    respond = (_request, response) => response.writeHead(202).end();
    const source = make({ unknownKidIntervalMs: 40 });
    for (let i = 0; i < 5; i += 1) source.reportUnknownKid(key);
    await sleep(60);
    source.reportUnknownKid(key);
    while (asked.length < 2) await sleep(2);
    expect(asked).toEqual(
      Array<string>(2).fill(`POST /internal/v1/tenants/ep-calm-lake-a1b2c3d4/my%20db/unknown-kid Bearer ${fleetToken}`),
    );
  });
});
