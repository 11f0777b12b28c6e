/** Promise: `sslmode` means what libpq says, for requests and for their cancels. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { selfSigned } from '../../../tools/testing/self-signed.js';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, withClient, type TenantExecutors } from './index.js';
import { eventually, fieldOf, packet } from '../test/packets.js';
import { startPostgresProxy, type PostgresProxy } from '../test/postgres-proxy.js';

const { cert } = selfSigned;
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
  secure = await startPostgresProxy(database.url, selfSigned);
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
