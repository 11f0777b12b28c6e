/** Promise: `sslmode` means what libpq says, for requests and for their cancels. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, withClient, type TenantExecutors } from './index.js';
import { eventually, fieldOf, packet } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

// For keys.example.test, signed by itself, good until 2126.
const cert = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVOgAwIBAgIUFQMHnap6qS5tuo/xoj5DX6rYQkkwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRa2V5cy5leGFtcGxlLnRlc3QwIBcNMjYxMTIzMDY1MDAyWhgP
MjEyNjEwMzAwNjUwMDJaMBwxGjAYBgNVBAMMEWtleXMuZXhhbXBsZS50ZXN0MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ1iBRaltmvj9u5kM/wV+MFq5dIl4QTgK
AJ9wuA1fKruGqkEpJNDzUo6dPo7V0xUUopZU620IWe++/f+M64ys8qNxMG8wHQYD
VR0OBBYEFO6h3PH3gQKBngN5FhkFZpLQ3ny3MB8GA1UdIwQYMBaAFO6h3PH3gQKB
ngN5FhkFZpLQ3ny3MA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4IRa2V5cy5l
eGFtcGxlLnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIgNtwoD2B067BI6HW5WSrNfEjE
y1hz5RLnw5NWZnV5dXMCIQDVr9taciUY7f/JvNszJ+tObw3tSjThXpDd+CaINtUI
JQ==
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMgzvsgc2D3JmvPD3
9ljMbai5kgg5CT5ixhp7oGHPzB+hRANCAARDWIFFqW2a+P27mQz/BX4wWrl0iXhB
OAoAn3C4DV8qu4aqQSkk0PNSjp0+jtXTFRSillTrbQhZ7779/4zrjKzy
-----END PRIVATE KEY-----`;

/** An authority that has nothing to do with it. */
const stranger = tls.rootCertificates[0] ?? '';

let database: TestDatabase;
let secure: PostgresProxy;
let plain: PostgresProxy;
let executors: TenantExecutors;
let authority: string;
let version = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  secure = await startPostgresProxy(database.url, { cert, key });
  plain = await startPostgresProxy(database.url);
  executors = createTenantExecutors();
  authority = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'perch-tls-')), 'ca.pem');
  fs.writeFileSync(authority, cert);
});

afterAll(async () => {
  await executors.close();
  await Promise.all([secure.close(), plain.close()]);
  await database.drop();
  fs.rmSync(path.dirname(authority), { recursive: true });
});

const executorOf = (proxy: PostgresProxy, parameters: Record<string, string>) =>
  executors.for({
    key: `t${(version += 1)}`,
    version,
    databaseUrl: proxy.url(parameters),
    poolSize: 1,
    prepare: true,
  });
const works = (proxy: PostgresProxy, parameters: Record<string, string>) =>
  fieldOf(executorOf(proxy, parameters), 'select 1').then(
    (field) => field === '1',
    () => false,
  );

describe('sslmode', () => {
  const table: [parameters: Record<string, string>, secure: boolean, plain: boolean][] = [
    [{}, true, true],
    [{ sslmode: 'disable' }, true, true],
    [{ sslmode: 'prefer' }, true, true],
    [{ sslmode: 'require' }, true, false],
    [{ sslmode: 'no-verify' }, true, false],
    [{ sslmode: 'verify-full' }, false, false],
    [{ sslmode: 'verify-ca' }, false, false],
    [{ sslmode: 'nonsense' }, false, false],
  ];
  for (const [parameters, withTls, withoutTls] of table) {
    it(`${JSON.stringify(parameters)} ${withTls ? 'connects' : 'does not connect'} to a server of an unknown authority and ${
      withoutTls ? 'connects' : 'does not connect'
    } to one without TLS`, async () => {
      expect([await works(secure, parameters), await works(plain, parameters)]).toEqual([withTls, withoutTls]);
    });
  }

  it('checks the chain with a root certificate, and the name with verify-full', async () => {
    expect(await works(secure, { sslmode: 'require', sslrootcert: authority })).toBe(true);
    expect(await works(secure, { sslmode: 'verify-ca', sslrootcert: authority })).toBe(true);
    // The proxy is reached as 127.0.0.1, and the certificate is for a name.
    expect(await works(secure, { sslmode: 'verify-full', sslrootcert: authority })).toBe(false);
    expect(await works(secure, { sslmode: 'require', sslrootcert: '/no/such/file' })).toBe(false);
  });

  it('takes the certificate itself for sslrootcert, alone or among others', async () => {
    expect(await works(secure, { sslmode: 'verify-ca', sslrootcert: cert })).toBe(true);
    expect(await works(secure, { sslmode: 'verify-ca', sslrootcert: `${stranger}\n${cert}` })).toBe(true);
    expect(await works(secure, { sslmode: 'verify-ca', sslrootcert: stranger })).toBe(false);
    expect(await works(secure, { sslmode: 'verify-full', sslrootcert: cert })).toBe(false);
  });

  it.each([
    ['an authority nobody knows', { sslmode: 'verify-full' }, 'as sslrootcert in the connection URL'],
    ['another authority', { sslmode: 'verify-ca', sslrootcert: stranger }, 'by NODE_EXTRA_CA_CERTS'],
    ['another name', { sslmode: 'verify-full', sslrootcert: cert }, 'with sslmode=verify-ca'],
  ])('says what to do about a certificate of %s', async (_, parameters, cure) => {
    await expect(withClient(secure.url(parameters), () => Promise.resolve(1))).rejects.toMatchObject({
      code: 'database.certificate-refused',
      message: expect.stringContaining(cure),
    });
    await expect(fieldOf(executorOf(secure, parameters), 'select 1')).rejects.toMatchObject({
      code: 'PGRST000',
      status: 503,
      details: expect.stringContaining(cure),
    });
  });

  it.each([
    ['is cut off', cert.slice(0, 300)],
    ['holds no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    // What a URL makes of a plus sign that is not encoded.
    ['lost its plus signs', cert.replaceAll('+', ' ')],
  ])('refuses a certificate that %s', async (_, text) => {
    await expect(
      withClient(secure.url({ sslmode: 'verify-ca', sslrootcert: text }), () => Promise.resolve(1)),
    ).rejects.toThrow('percent-encoded');
  });
});

it('cancels through TLS', async () => {
  const executor = executorOf(secure, { sslmode: 'require' });
  const pid = await fieldOf(executor, 'select pg_backend_pid()');
  const controller = new AbortController();
  const submitted = executor.submit(packet('select pg_sleep(10)'), controller.signal);
  const active = async () =>
    (await database.query(`select state from pg_stat_activity where pid = ${pid}`)).rows[0]?.state === 'active';
  await eventually(active);
  controller.abort(new Error('gone'));
  await expect(submitted).rejects.toThrow('gone');
  expect(await fieldOf(executor, 'select pg_backend_pid()')).toBe(pid);
});

it('is the same for plain clients', async () => {
  const result = await withClient(secure.url({ sslmode: 'require' }), (client) => client.query('select 1 as one'), {
    applicationName: 'spec',
    statementTimeoutMs: 1_000,
  });
  expect(result.rows).toEqual([{ one: 1 }]);
  await expect(withClient(plain.url({ sslmode: 'require' }), () => Promise.resolve(1))).rejects.toThrow('SSL');
  expect(await withClient(plain.url({ sslmode: 'prefer' }), () => Promise.resolve(1))).toBe(1);
});
