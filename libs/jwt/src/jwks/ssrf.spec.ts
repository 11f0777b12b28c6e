/** Threat: a user's key set URL that reaches into the operator's network, or makes this process wait, swallow or believe. */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { selfSigned } from '../../../../tools/testing/self-signed.js';
import { fetchJwks, type FetchJwksOptions } from './fetch-jwks.js';

let answer: http.RequestListener;
let calls = 0;
let plain: http.Server;
let secure: https.Server;
let document: string;

const portOf = (server: http.Server | https.Server) => (server.address() as AddressInfo).port;
const listen = (server: http.Server | https.Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const resolvesTo =
  (...addresses: string[]): NonNullable<FetchJwksOptions['resolve']> =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

beforeAll(async () => {
  const { publicKey } = await generateKeyPair('ES256');
  document = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a' }] });
  const listener: http.RequestListener = (request, response) => {
    calls += 1;
    answer(request, response);
  };
  plain = http.createServer(listener);
  secure = https.createServer(selfSigned, listener);
  await Promise.all([listen(plain), listen(secure)]);
});

beforeEach(() => {
  calls = 0;
  answer = (_request, response) => response.end(document);
});

afterAll(() => {
  for (const server of [plain, secure]) {
    server.closeAllConnections();
    server.close();
  }
});

describe('an address that is not public', () => {
  const hosts: [url: string, addresses: string[]][] = [
    ['https://127.0.0.1/', ['127.0.0.1']],
    ['https://2130706433/', ['127.0.0.1']],
    ['https://0x7f.1/', ['127.0.0.1']],
    ['https://017700000001/', ['127.0.0.1']],
    ['https://[::1]/', ['::1']],
    ['https://[::ffff:10.0.0.1]/', ['::ffff:a00:1']],
    ['https://169.254.169.254/latest/meta-data', ['169.254.169.254']],
    ['https://metadata.example.test/', ['169.254.169.254']],
    ['https://inside.example.test/', ['10.0.0.7']],
    ['https://both.example.test/', ['93.184.215.14', '192.168.0.1']],
    ['https://both.example.test/', ['2606:4700::1111', 'fd00::1']],
    ['https://nat64.example.test/', ['64:ff9b::a00:1']],
  ];
  for (const [url, addresses] of hosts) {
    it(`is refused before anything is sent: ${url} at ${addresses.join(' and ')}`, async () => {
      await expect(fetchJwks(url, { resolve: resolvesTo(...addresses) })).rejects.toMatchObject({
        code: 'jwks.address-not-allowed',
      });
    });
  }

  it('is refused with the real resolver too', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]', '0.0.0.0']) {
      await expect(fetchJwks(`https://${host}:${portOf(secure)}/`)).rejects.toMatchObject({
        code: 'jwks.address-not-allowed',
      });
    }
    expect(calls).toBe(0);
  });

  it('is refused with loopback allowed, unless it is loopback', async () => {
    const options = { allowLoopback: true, resolve: resolvesTo('10.0.0.1') };
    for (const scheme of ['http', 'https']) {
      await expect(fetchJwks(`${scheme}://x.example.test/`, options)).rejects.toMatchObject({
        code: 'jwks.address-not-allowed',
      });
    }
  });
});

describe('a URL that is not https', () => {
  const urls = [
    'http://example.test/',
    'ftp://example.test/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'no url',
    '',
  ];
  for (const url of urls) {
    it(`is refused: ${JSON.stringify(url)}`, async () => {
      const options = { resolve: resolvesTo('93.184.215.14') };
      await expect(fetchJwks(url, options)).rejects.toMatchObject({ code: 'jwks.url-not-allowed' });
    });
  }

  it('is refused with loopback allowed when it leads to the internet', async () => {
    const options = { allowLoopback: true, resolve: resolvesTo('93.184.215.14') };
    await expect(fetchJwks('http://example.test/', options)).rejects.toMatchObject({ code: 'jwks.url-not-allowed' });
  });

  it('is refused with a password in it', async () => {
    await expect(fetchJwks('https://u:p@example.test/')).rejects.toMatchObject({ code: 'jwks.url-not-allowed' });
  });
});

describe('the connection', () => {
  it('goes to the address that was checked, whatever the name says the next time', async () => {
    let lookups = 0;
    const url = `https://keys.example.test:${portOf(secure)}/jwks`;
    const resolve = (): Promise<{ address: string; family: number }[]> => {
      lookups += 1;
      return Promise.resolve([{ address: lookups === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    };
    const jwks = await fetchJwks(url, { allowLoopback: true, resolve, ca: selfSigned.cert });
    expect(jwks.keys).toHaveLength(1);
    expect(lookups).toBe(1);
  });

  it('believes no certificate for another name or of an unknown authority', async () => {
    const resolve = resolvesTo('127.0.0.1');
    const port = portOf(secure);
    const other = fetchJwks(`https://other.example.test:${port}/`, {
      allowLoopback: true,
      resolve,
      ca: selfSigned.cert,
    });
    await expect(other).rejects.toMatchObject({ code: 'jwks.unreachable' });
    const unknown = fetchJwks(`https://keys.example.test:${port}/`, { allowLoopback: true, resolve });
    await expect(unknown).rejects.toMatchObject({ code: 'jwks.unreachable' });
    expect(calls).toBe(0);
  });
});

describe('an answer', () => {
  const fetchPlain = (options: FetchJwksOptions = {}) =>
    fetchJwks(`http://127.0.0.1:${portOf(plain)}/jwks`, { allowLoopback: true, ...options });

  it('of 200 with a key set is taken', async () => {
    expect((await fetchPlain()).keys.map(({ kid }) => kid)).toEqual(['a']);
  });

  const refused: [what: string, listener: http.RequestListener, message: string][] = [
    [
      'a redirect',
      (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'redirects are not followed',
    ],
    ['an error', (_request, response) => response.writeHead(500).end(document), 'answered 500'],
    ['more than 64 KiB', (_request, response) => response.end('x'.repeat(65_537)), 'longer than 65536 bytes'],
    [
      'a compressed body',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'compressed',
    ],
    ['bytes that are no text', (_request, response) => response.end(Buffer.from([0xff, 0xfe])), 'not UTF-8'],
    ['no key set', (_request, response) => response.end('<html>'), 'no JSON Web Key Set'],
  ];
  for (const [what, listener, message] of refused) {
    it(`is refused for ${what}`, async () => {
      answer = listener;
      await expect(fetchPlain()).rejects.toMatchObject({ code: 'jwks.bad-answer' });
      await expect(fetchPlain()).rejects.toThrow(message);
    });
  }

  it('that does not begin or does not end is not waited for', async () => {
    answer = () => {};
    await expect(fetchPlain({ totalTimeoutMs: 100 })).rejects.toMatchObject({ code: 'jwks.timeout' });
    answer = (_request, response) => response.write('{"keys":[');
    await expect(fetchPlain({ totalTimeoutMs: 100 })).rejects.toMatchObject({ code: 'jwks.timeout' });
  });

  it('that is cut off is unreachable', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
      setImmediate(() => response.destroy());
    };
    await expect(fetchPlain()).rejects.toMatchObject({ code: 'jwks.unreachable' });
  });

  it('of nobody is unreachable', async () => {
    const silent = http.createServer();
    await listen(silent);
    const port = portOf(silent);
    await new Promise((resolve) => silent.close(resolve));
    const fetched = fetchJwks(`http://127.0.0.1:${port}/`, { allowLoopback: true });
    await expect(fetched).rejects.toMatchObject({ code: 'jwks.unreachable' });
  });

  it('of a resolver is not waited for either', async () => {
    const resolve = () => new Promise<never>(() => {});
    await expect(fetchPlain({ resolve, totalTimeoutMs: 50 })).rejects.toMatchObject({ code: 'jwks.timeout' });
  });
});

describe('a host that the operator vouches for', () => {
  it('may be private and without TLS, by name or by name and port', async () => {
    const port = portOf(plain);
    for (const allowedHosts of [['issuer.internal'], [`issuer.internal:${port}`]]) {
      const jwks = await fetchJwks(`http://issuer.internal:${port}/`, {
        allowedHosts,
        resolve: resolvesTo('127.0.0.1'),
      });
      expect(jwks.keys).toHaveLength(1);
    }
  });

  it('is exactly that host', async () => {
    const port = portOf(plain);
    const options = { allowedHosts: ['issuer.internal', 'issuer.internal:1'], resolve: resolvesTo('127.0.0.1') };
    for (const host of ['sub.issuer.internal', 'issuer.internal.example.test', 'issuer']) {
      await expect(fetchJwks(`https://${host}:${port}/`, options)).rejects.toMatchObject({
        code: 'jwks.address-not-allowed',
      });
    }
  });
});
