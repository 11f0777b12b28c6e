import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineResponse } from '@perch/engine';
import type { Observation } from '@perch/observability';
import { drain } from './drain.js';
import type { Exchange } from './exchange.js';
import { requestHeaders, requestTarget } from './http-request.js';
import { readBody } from './request-body.js';
import { startEdge, type Edge, type EdgeOptions } from './server.js';

const abortOf = (exchange: Exchange) =>
  new Promise<void>((resolve) => exchange.signal.addEventListener('abort', resolve));
const ok = (body: string, headers: EngineResponse['headers'] = []): EngineResponse => ({ status: 200, headers, body });

describe('the edge', () => {
  let edge: Edge;
  let notes: Observation[];
  let answer: (message: http.IncomingMessage, exchange: Exchange) => Promise<EngineResponse>;
  const start = async (options: Partial<EdgeOptions> = {}) => {
    edge = await startEdge({
      listen: { host: '127.0.0.1', port: 0 },
      observer: { note: (note) => void notes.push(note) },
      answer: async (message, exchange) => ({ response: await answer(message, exchange), error: undefined }),
      ...options,
    });
  };
  beforeEach(() => {
    notes = [];
    answer = async () => ok('hello');
  });
  afterEach(() => edge.close());

  /** Sends bytes as they are and reads until the server closes the connection, or has said enough. */
  const raw = async (text: string, enough?: RegExp): Promise<string> => {
    const socket = net.connect(edge.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (enough?.test(received) === true) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.write(Buffer.from(text, 'latin1'));
    await once(socket, 'close');
    return received;
  };
  const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${headers}\r\n`;
  const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);

  it('adds what belongs to the connection and nothing else', async () => {
    await start();
    answer = async () => ok('é', [['X-Own', 'a']]);
    const received = await raw(get('/'));
    expect(received.replace(/Date: .*\r\n/, '').replace(/X-Request-Id: [0-9a-f]{12}-1\r\n/, 'ID\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nX-Own: a\r\nServer: perch\r\nID\r\nContent-Length: 2\r\nConnection: close\r\n\r\nÃ©',
    );
  });

  it.each([
    ['a header in UTF-8', ok('body', [['X', 'ü地']]), /X: Ã¼å\u009c°\r\n/],
    ['a header and a body in UTF-8', ok('地', [['X', 'ü']]), /X: Ã¼\r\n[\s\S]*\r\n\r\nå\u009c°$/],
    ['the phrase of its status', { status: 404, headers: [], body: '' }, /^HTTP\/1.1 404 Not Found\r\n/],
    [
      "PostgREST's phrase",
      { status: 416, headers: [], body: '' },
      /^HTTP\/1.1 416 Requested Range Not Satisfiable\r\n/,
    ],
    ["PostgREST's phrase", { status: 418, headers: [], body: '' }, /^HTTP\/1.1 418 I'm a teapot\r\n/],
    ['a reason phrase of its own', { status: 299, statusText: 'Odd', headers: [], body: '' }, /^HTTP\/1.1 299 Odd\r\n/],
    [
      'an unsafe reason phrase',
      { status: 299, statusText: 'a\r\nb: c', headers: [], body: '' },
      /^HTTP\/1.1 299 a\?\?b: c\r\n/,
    ],
    ['no body', { status: 200, headers: [], body: undefined }, /Content-Length: 0\r\n/],
    ['an id that the answer has already', ok('', [['X-Request-Id', 'mine']]), /X-Request-Id: mine\r\n/],
  ])('sends %s', async (_name, response, expected) => {
    await start();
    answer = async () => response;
    expect(await raw(get('/'))).toMatch(expected);
  });

  it('takes over a usable request id, and no other', async () => {
    await start();
    expect(await raw(get('/', 'X-Request-Id: trace-1\r\n'))).toContain('X-Request-Id: trace-1\r\n');
    expect(await raw(get('/', 'X-Request-Id: a b\r\n'))).toMatch(/X-Request-Id: [0-9a-f]{12}-\w+\r\n/);
  });

  it.each([
    ['/a?b=c', 'h', '/a', 'b=c'],
    ['/a?', 'h', '/a', ''],
    ['/a?b?c', 'h', '/a', 'b?c'],
    ['http://other:1/a?b', 'other:1', '/a', 'b'],
    ['http://other', 'other', '/', ''],
    ['*', 'h', '/*', ''],
  ])('understands the target %s', async (target, host, path, query) => {
    await start();
    answer = async (message) => ok(JSON.stringify(requestTarget(message)));
    const method = target === '*' ? 'OPTIONS' : 'GET';
    const received = await raw(get(target).replace('GET', method));
    expect(JSON.parse(received.split('\r\n\r\n')[1] ?? '')).toEqual({ host, path, query });
  });

  it('hands headers over in their order, in lower case, as UTF-8', async () => {
    await start();
    answer = async (message) => ok(JSON.stringify(requestHeaders(message)));
    const received = await raw(get('/', 'X-B: Ã¼\r\nX-A: 1\r\nx-b: 2\r\n'));
    expect(JSON.parse(Buffer.from(received.split('\r\n\r\n')[1] ?? '', 'latin1').toString())).toEqual([
      ['host', 'h'],
      ['connection', 'close'],
      ['x-b', 'ü'],
      ['x-a', '1'],
      ['x-b', '2'],
    ]);
  });

  it.each([
    ['FOO', '/films?x=1', 'Unsupported HTTP method: FOO'],
    ['get', '/films', 'Unsupported HTTP method: get'],
    ['BREW', '/a/rpc/pot?x=1', 'Cannot use the BREW method on RPC'],
    ['CONNECT', 'films:80', 'Unsupported HTTP method: CONNECT'],
  ])('refuses the method of %s %s by its name', async (method, target, message) => {
    await start();
    const received = await raw(get(target).replace('GET', method));
    expect(statusOf(received)).toBe(405);
    expect(received).toContain(`"message":"${message}"`);
  });

  it.each([
    [431, 'a header field too large', get('/', `X: ${'x'.repeat(140_000)}\r\n`)],
    [414, 'a request line too large', `GET /${'x'.repeat(140_000)}`],
    [400, 'a URL in raw UTF-8', get('/Ã©')],
    [400, 'no HTTP', 'hello there\r\n\r\n'],
    [400, 'an HTTP/1.1 request without a host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      400,
      'two framings of one body',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
  ])('answers %i to %s', async (status, _name, text) => {
    await start();
    const received = await raw(text);
    expect(statusOf(received)).toBe(status);
    expect(received).toContain('Connection: close');
    // Two lengths are a response that clients refuse; node's own answer to a missing host has none.
    expect(received.match(/^Content-Length: \d+$/gim)?.length ?? 1).toBe(1);
  });

  it('sends no body behind a HEAD that is not HTTP otherwise', async () => {
    await start();
    expect(await raw(get('/Ã©').replace('GET', 'HEAD'))).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\r\nContent-Length: 146\r\n[\s\S]*\r\n\r\n$/,
    );
  });

  it('answers 408 to a request that does not come to its end', async () => {
    await start({ receiveTimeoutMs: 50 });
    const received = await raw('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n');
    expect(statusOf(received)).toBe(408);
    expect(received).toContain('"code":"PERCH104"');
  });

  it('asks for a body only when somebody wants it', async () => {
    await start();
    const post = 'POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n';
    expect(statusOf(await raw(post))).toBe(200);
    answer = async (message, exchange) => ok(String(await readBody(message, 10, exchange, () => {})));
    const socket = net.connect(edge.port, '127.0.0.1');
    socket.write(post);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hi');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toMatch(/^HTTP\/1\.1 200[\s\S]*hi$/);
    socket.destroy();
  });

  it('ends the connection of a client that reads nothing of its answer', async () => {
    await start({ unreadTimeoutMs: 50 });
    let closed: Promise<unknown> | undefined;
    answer = async (message) => {
      closed = once(message.socket, 'close');
      return ok('x'.repeat(64 * 1024 * 1024));
    };
    const socket = net.connect(edge.port, '127.0.0.1').pause();
    socket.write(get('/'));
    while (closed === undefined) await sleep(5);
    await closed;
    socket.destroy();
  });

  it('aborts what a client no longer waits for', async () => {
    await start();
    let aborted = false;
    answer = async (_message, exchange) => {
      await abortOf(exchange);
      aborted = true;
      return ok('nobody reads this');
    };
    const socket = net.connect(edge.port, '127.0.0.1');
    socket.write(get('/'));
    while (edge.inFlight === 0) await sleep(1);
    socket.destroy();
    while (notes.length === 0) await sleep(1);
    expect(aborted).toBe(true);
    expect(notes).toEqual([expect.objectContaining({ kind: 'request', status: 499, errorKind: 'client-disconnect' })]);
    expect(edge.inFlight).toBe(0);
  });

  it('aborts what takes longer than the deadline', async () => {
    await start({ deadlineMs: 20 });
    answer = async (_message, exchange) => {
      await abortOf(exchange);
      return ok(String((exchange.signal.reason as Error).message));
    };
    expect(await raw(get('/'))).toContain('canceling statement due to statement timeout');
  });

  it('notes each request once, with sizes and time', async () => {
    await start();
    answer = async (_message, exchange) => {
      exchange.requestBytes = 7;
      return ok('hello');
    };
    await raw(get('/'));
    expect(notes).toEqual([
      expect.objectContaining({ kind: 'request', method: 'GET', status: 200, requestBytes: 7, responseBytes: 5 }),
    ]);
  });

  it('drains without losing a request: running ones end, late ones on open connections are still answered', async () => {
    await start();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    answer = async (message) => {
      if (message.url === '/slow') await gate;
      return ok(message.url ?? '');
    };
    const agent = new http.Agent({ keepAlive: true });
    const request = (path: string) =>
      new Promise<http.IncomingMessage>((resolve, reject) => {
        http.get({ port: edge.port, path, agent }, (response) => resolve(response.resume())).on('error', reject);
      });
    const idle = net.connect(edge.port, '127.0.0.1');
    await once(idle, 'connect');
    const slow = request('/slow');
    while (edge.inFlight === 0) await sleep(1);
    let ready = true;
    const drained = drain(edge, { delayMs: 0, lingerMs: 60, timeoutMs: 5_000 }, () => (ready = false));
    expect(ready).toBe(false);
    await sleep(20);
    await expect(request('/new')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    idle.write(get('/late').replace('Connection: close\r\n', ''));
    const [late] = (await once(idle, 'data')) as [Buffer];
    expect(late.toString()).toMatch(/^HTTP\/1\.1 200[\s\S]*Connection: close[\s\S]*\/late$/);
    setTimeout(release, 80);
    const response = await slow;
    expect(response.statusCode).toBe(200);
    expect(response.headers.connection).toBe('close');
    expect(await drained).toBe(0);
    agent.destroy();
  });

  it('cuts off, and counts, what does not end in time', async () => {
    await start();
    answer = async (_message, exchange) => {
      await abortOf(exchange);
      return ok('');
    };
    const hanging = raw(get('/'));
    while (edge.inFlight === 0) await sleep(1);
    expect(await drain(edge, { delayMs: 0, lingerMs: 0, timeoutMs: 30 }, () => undefined)).toBe(1);
    expect(await hanging).toBe('');
  });
});
