/** The internal API as a proxy uses it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetApiPaths, tenantChangeSchema, tenantSnapshotSchema, type TenantChange } from '@perch/contract';
import {
  startTestControlPlane,
  TEST_API_KEY,
  TEST_FLEET_TOKEN,
  until,
  type TestControlPlane,
} from '../../test/test-control-plane.js';
import { publicKey, startTestIssuer, type TestIssuer } from '../../test/test-issuer.js';

interface Feed {
  readonly events: readonly { readonly event: string; readonly data: TenantChange | { sequence: number } }[];
  close(): void;
}

describe('the internal API of the fleet', () => {
  let perch: TestControlPlane;
  let issuer: TestIssuer;
  const feeds: Feed[] = [];
  const asFleet = { authorization: `Bearer ${TEST_FLEET_TOKEN}` };

  const enable = async (body: object = {}) => {
    const created = (await perch.call('POST', '/api/v2/projects', { body: { project: {} } })).body;
    const path = `/api/v2/projects/${created.project.id}/branches/${created.branch.id}/data-api`;
    expect((await perch.call('POST', path, { body })).status).toBe(201);
    return { path, endpointId: created.endpoints[0].id };
  };

  const follow = async (since: number): Promise<Feed> => {
    const abort = new AbortController();
    const response = await fetch(perch.url + fleetApiPaths.changes(since), { headers: asFleet, signal: abort.signal });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const events: { event: string; data: TenantChange }[] = [];
    void (async () => {
      let text = '';
      const decoder = new TextDecoder();
      for await (const piece of response.body ?? []) {
        text += decoder.decode(piece, { stream: true });
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const [, event = '', data = '{}'] = /^event: (.*)\nid: \d+\ndata: (.*)$/.exec(part) ?? [];
          if (event !== '') events.push({ event, data: JSON.parse(data) });
        }
      }
    })().catch(() => undefined);
    const feed = { events, close: () => abort.abort() };
    feeds.push(feed);
    return feed;
  };

  beforeAll(async () => {
    perch = await startTestControlPlane({ PERCH_FLEET_TOKEN_PREVIOUS: 'the-fleet-token-of-before' });
    issuer = await startTestIssuer();
    await perch.startWorker();
  });
  afterEach(() => feeds.splice(0).forEach((feed) => feed.close()));
  afterAll(async () => {
    await issuer.close();
    await perch.stop();
  });

  test('the token before the present one opens it while both are set', async () => {
    const { endpointId } = await enable();
    const headers = { authorization: 'Bearer the-fleet-token-of-before' };
    expect((await fetch(perch.url + fleetApiPaths.tenant(endpointId, 'appdb'), { headers })).status).toBe(200);
    const withKey = await perch.call('GET', '/api/v2/projects', { headers });
    expect(withKey.status).toBe(401);
  });

  test('only the fleet token opens it', async () => {
    for (const token of ['', TEST_API_KEY, `${TEST_FLEET_TOKEN}x`]) {
      const response = await fetch(`${perch.url}/internal/v1/changes?since=0`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([response.status, await response.json()]).toMatchObject([401, { code: 'auth.fleet-token-invalid' }]);
    }
  });

  test("a snapshot is the contract's document, an unknown tenant the contract's 404", async () => {
    const { endpointId } = await enable();
    const response = await fetch(perch.url + fleetApiPaths.tenant(endpointId, 'appdb'), { headers: asFleet });
    expect(tenantSnapshotSchema.parse(await response.json()).key).toBe(`${endpointId}/appdb`);
    for (const [endpoint, database] of [
      [endpointId, 'other'],
      ['ep-none-such-12345678', 'appdb'],
      ['ep-none-such-12345678', 'a/b %'],
    ] as const) {
      const unknown = await fetch(perch.url + fleetApiPaths.tenant(endpoint, database), { headers: asFleet });
      expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'tenant.not-found' }]);
      const newest = await perch.database.tenants.newestChange();
      expect([newest > 0, unknown.headers.get('perch-change-sequence')]).toEqual([true, String(newest)]);
    }
  });

  test('the feed tells what changed, at once and in order, and resumes behind what was seen', async () => {
    const first = await enable();
    const feed = await follow(0);
    await until(() => feed.events.length === 1);
    expect(feed.events[0]?.event).toBe('resync');
    const start = feed.events[0]?.data.sequence ?? 0;
    const began = performance.now();
    await perch.call('PATCH', first.path, { body: {} });
    await until(() => feed.events.length === 2);
    expect(performance.now() - began).toBeLessThan(1_000);
    await perch.call('DELETE', first.path);
    await until(() => feed.events.length === 3);
    const changes = feed.events.slice(1).map(({ data }) => tenantChangeSchema.parse(data));
    expect(changes.map(({ endpoint_id, version }) => [endpoint_id, version === null])).toEqual([
      [first.endpointId, false],
      [first.endpointId, true],
    ]);
    const resumed = await follow(changes[0]?.sequence ?? 0);
    await until(() => resumed.events.length === 1);
    expect(resumed.events[0]?.data).toEqual(changes[1]);
    const behind = await follow(start);
    await until(() => behind.events.length === 2);
    expect(behind.events.map(({ data }) => data)).toEqual(changes);
  });

  test('a place in the feed that this control plane never gave is answered with a resync', async () => {
    const feed = await follow(1_000_000);
    await until(() => feed.events.length === 1);
    expect(feed.events[0]?.event).toBe('resync');
  });

  test('sequence order is the order of becoming visible, however many publish at once', async () => {
    const targets = await Promise.all(Array.from({ length: 4 }, () => enable()));
    const feed = await follow(0);
    await until(() => feed.events.length === 1);
    const patches = targets.flatMap(({ path }) =>
      Array.from({ length: 5 }, () => perch.call('PATCH', path, { body: {} })),
    );
    await Promise.all(patches);
    await until(() => feed.events.length === 21);
    const sequences = feed.events.map(({ data }) => data.sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(21);
  });

  test('an unknown key is looked for once in a while, and new keys are published', async () => {
    const { endpointId } = await enable({ jwks_url: issuer.url });
    const tell = () =>
      fetch(perch.url + fleetApiPaths.unknownKid(endpointId, 'appdb'), { method: 'POST', headers: asFleet });
    issuer.answer(200, { keys: [publicKey('one'), publicKey('two')] });
    // Enabling fetched the keys a moment ago, and the provider has exchanged them since: the first token finds that out.
    const asked = issuer.asked();
    const dataApi = await perch.database.dataApis.findByAddress({ endpointId, database: 'appdb' });
    const fetchedAgo = (milliseconds: number) =>
      perch.database.dataApiJwks.claimJwksFetch(dataApi?.id ?? '', new Date(Date.now() - milliseconds), new Date());
    await fetchedAgo(2_000);
    for (const { status } of await Promise.all([tell(), tell(), tell()])) expect(status).toBe(202);
    const kids = async () =>
      (await perch.database.tenants.snapshot({ endpointId, database: 'appdb' }))?.jwt.jwks.keys.map(({ kid }) => kid);
    await until(async () => (await kids())?.length === 2);
    expect(issuer.asked()).toBe(asked + 1);
    // Keys that nobody has are not asked for again and again.
    await fetchedAgo(2_000);
    await Promise.all([tell(), tell(), tell()]);
    await sleep(100);
    expect(issuer.asked()).toBe(asked + 1);
    expect(
      (
        await fetch(perch.url + fleetApiPaths.unknownKid('ep-none-such-12345678', 'x'), {
          method: 'POST',
          headers: asFleet,
        })
      ).status,
    ).toBe(202);
  });
});
