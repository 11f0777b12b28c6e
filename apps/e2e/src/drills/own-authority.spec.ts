/**
 * Drill: projects attached to a PostgreSQL whose certificate comes from an authority of the operator's own. The right authority
 * works from attaching to answering, in the URL or for every process; any other is refused, and each plane says what to do.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createAuthority, createServerCertificate } from '../../../../libs/compute/src/tls/certificate.js';
import { createTestCluster, type TestCluster } from '../../../../tools/testing/test-cluster.js';
import { startFleet, type Fleet } from '../harness/fleet.js';
import { callApi, runSql } from '../harness/management.js';
import { eventually } from '../harness/perch-process.js';

const own = createAuthority('Own', 30);
const everywhere = createAuthority('Everywhere', 30);
const serverOf = (authority: typeof own, name: string) =>
  createServerCertificate({ ...authority, name }, ['127.0.0.1'], 30);

describe('an authority of the operator', () => {
  let metadata: TestCluster;
  /** Each with a certificate for 127.0.0.1: of an authority that only a URL can name, and of one that all but a proxy know. */
  let ofUrl: TestCluster;
  let ofEnvironment: TestCluster;
  let fleet: Fleet;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-authority-'));
  const file = path.join(directory, 'ca.pem');

  beforeAll(async () => {
    fs.writeFileSync(file, everywhere.certificate);
    [metadata, ofUrl, ofEnvironment] = await Promise.all([
      createTestCluster(),
      createTestCluster({}, serverOf(own, 'Own')),
      createTestCluster({}, serverOf(everywhere, 'Everywhere')),
    ]);
    await runSql(metadata.url('postgres'), 'create database perch');
    for (const cluster of [ofUrl, ofEnvironment]) {
      await runSql(cluster.url('postgres'), 'create database app');
      await runSql(
        cluster.url('app'),
        `create table birds (id int); insert into birds values (1);
         create function encrypted() returns bool stable language sql security definer
           as 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'`,
      );
    }
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: ofUrl.url('postgres'),
      env: { NODE_EXTRA_CA_CERTS: file },
      proxies: [{}, { env: { NODE_EXTRA_CA_CERTS: '' } }],
    });
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([metadata?.drop(), ofUrl?.drop(), ofEnvironment?.drop()]);
    fs.rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const urlOf = (cluster: TestCluster, parameters: Record<string, string>, host = '127.0.0.1') => {
    const url = new URL(cluster.url('app'));
    url.hostname = host;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };
  const attach = (connection_url: string) =>
    callApi(fleet.api, 'POST', '/projects', { project: { perch: { compute: 'attached', connection_url } } });
  const enable = async (connectionUrl: string) => {
    const made = await attach(connectionUrl);
    expect(made).toMatchObject({ status: 201 });
    const { project, branch, endpoints, connection_uris: uris } = made.body;
    const route = `/projects/${project.id}/branches/${branch.id}/data-api/app`;
    await callApi(fleet.api, 'POST', route, { add_anonymous_grants: true });
    await eventually('the data API is active', async () => {
      const { body } = await callApi(fleet.api, 'GET', route);
      if (body.status === 'error') throw new Error(JSON.stringify(body));
      return body.status === 'active' ? true : undefined;
    });
    return { path: `/${endpoints[0].id}/app/rest/v1`, project: `/projects/${project.id}`, uri: uris[0].connection_uri };
  };
  const ask = async (proxy: number, route: string) => {
    const response = await fetch(`${fleet.proxies[proxy]?.url}${route}`);
    const body = (await response.json()) as { readonly code?: string; readonly details?: string };
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
  };

  test.each([
    ['verify-full', '127.0.0.1'],
    // The certificate has another name, and this mode does not ask for it.
    ['verify-ca', 'localhost'],
  ])(
    'in the URL works with sslmode=%s on every proxy',
    async (sslmode, host) => {
      const { path: route, uri } = await enable(urlOf(ofUrl, { sslmode, sslrootcert: own.certificate }, host));
      for (const proxy of [0, 1]) {
        await eventually('the proxy answers', async () =>
          (await ask(proxy, `${route}/birds`)).status === 200 ? true : undefined,
        );
        expect(await ask(proxy, `${route}/rpc/encrypted`)).toMatchObject({ status: 200, body: true });
      }
      // libpq takes sslrootcert for the name of a file.
      expect([new URL(uri).searchParams.get('sslmode'), uri.includes('CERTIFICATE')]).toEqual([sslmode, false]);
    },
    120_000,
  );

  test('of every process works, and a proxy that was not given it answers 503 and says so', async () => {
    const { path: route } = await enable(urlOf(ofEnvironment, { sslmode: 'verify-full' }));
    await eventually('the proxy answers', async () =>
      (await ask(0, `${route}/birds`)).status === 200 ? true : undefined,
    );
    const refused = await eventually('the other proxy knows the data API', async () => {
      const answer = await ask(1, `${route}/birds`);
      return answer.body.code === 'PGRST000' ? answer : undefined;
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(refused.body.details).toMatch(/certificate of the server was refused .*NODE_EXTRA_CA_CERTS/);
  }, 120_000);

  test.each([
    ['that nobody knows', () => urlOf(ofUrl, { sslmode: 'verify-full' }), 'as sslrootcert in the connection URL'],
    [
      'that is another one',
      () => urlOf(ofUrl, { sslmode: 'verify-ca', sslrootcert: everywhere.certificate }),
      'NODE_EXTRA_CA_CERTS',
    ],
    [
      'with a certificate for another name',
      () => urlOf(ofUrl, { sslmode: 'verify-full', sslrootcert: own.certificate }, 'localhost'),
      'sslmode=verify-ca',
    ],
    ['that is a file of the machine', () => urlOf(ofUrl, { sslrootcert: file }), 'must not name a file'],
  ])('%s is refused when attaching', async (_, url, cure) => {
    const { status, body } = await attach(url());
    expect([status, body.code]).toEqual([400, 'compute.not-usable']);
    expect(body.message).toContain(cure);
    expect(body.message).not.toContain(file);
  });

  test('a worker that was not given it says so in the operation', async () => {
    const { project } = await enable(urlOf(ofUrl, { sslmode: 'verify-full', sslrootcert: own.certificate }));
    // The server gets a certificate of somebody else, as when its authority was replaced and the URL was not.
    const [branch] = (await callApi(fleet.api, 'GET', `${project}/branches`)).body.branches;
    await ofUrl.stop();
    await ofUrl.start(serverOf(everywhere, 'Everywhere'));
    const { body } = await callApi(fleet.api, 'POST', `${project}/branches/${branch.id}/data-api/app/rotate_login`, {});
    const failed = await eventually('the operation fails', async () => {
      const { operation } = (await callApi(fleet.api, 'GET', `${project}/operations/${body.operations[0].id}`)).body;
      return operation.status === 'failed' ? operation : undefined;
    });
    expect(failed.error).toContain('as sslrootcert in the connection URL');
  }, 120_000);
});
