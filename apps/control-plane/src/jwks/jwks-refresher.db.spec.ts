/** Key sets kept fresh: published when changed, kept when the key server fails, asked no more often than allowed. */
import { silentObserver } from '@perch/observability';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';
import { publicKey, startTestIssuer, type TestIssuer } from '../../test/test-issuer.js';
import { JwksRefresher } from './jwks-refresher.js';
import { JwksSource } from './jwks-source.js';

const MINUTE_MS = 60_000;

describe('refreshing key sets', () => {
  let perch: TestControlPlane;
  let issuer: TestIssuer;
  let refresher: JwksRefresher;
  let address: { endpointId: string; database: string };

  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);
  const state = async () => {
    const snapshot = await perch.database.tenants.snapshot(address);
    const dataApi = await perch.database.dataApis.findByAddress(address);
    return {
      kids: snapshot?.jwt.jwks.keys.map(({ kid }) => kid),
      version: snapshot?.version ?? 0,
      error: dataApi?.jwksError,
    };
  };

  beforeAll(async () => {
    perch = await startTestControlPlane();
    issuer = await startTestIssuer();
    await perch.startWorker();
    const { body } = await perch.call('POST', '/api/v2/projects', { body: { project: {} } });
    address = { endpointId: body.endpoints[0].id, database: 'appdb' };
    const path = `/api/v2/projects/${body.project.id}/branches/${body.branch.id}/data-api`;
    await perch.call('POST', path, { body: { jwks_url: issuer.url } });
    const source = new JwksSource({ allowLoopback: true, allowedHosts: [] });
    refresher = new JwksRefresher({
      dataApis: perch.database.dataApis,
      keySets: perch.database.dataApiJwks,
      source,
      observer: silentObserver,
    });
  });
  afterAll(async () => {
    await issuer.close();
    await perch.stop();
  });

  test('keys fetched less than five minutes ago are left alone', async () => {
    const asked = issuer.asked();
    await refresher.refreshDue(inMinutes(4));
    expect(issuer.asked()).toBe(asked);
  });

  test('the same keys are not published again', async () => {
    const before = await state();
    await refresher.refreshDue(inMinutes(6));
    expect(await state()).toEqual(before);
  });

  test('a key server that fails leaves its last keys in force, and the reason is kept', async () => {
    const before = await state();
    issuer.answer(500, {});
    await refresher.refreshDue(inMinutes(12));
    expect(await state()).toEqual({ ...before, error: expect.stringContaining('500') });
  });

  test('new keys are published, once, by however many refreshers', async () => {
    const before = await state();
    const asked = issuer.asked();
    issuer.answer(200, { keys: [publicKey('two')] });
    await Promise.all([refresher.refreshDue(inMinutes(18)), refresher.refreshDue(inMinutes(18))]);
    const after = await state();
    expect(after).toMatchObject({ kids: ['two'], error: null });
    expect(after.version).toBeGreaterThan(before.version);
    expect(issuer.asked()).toBe(asked + 1);
  });
});
