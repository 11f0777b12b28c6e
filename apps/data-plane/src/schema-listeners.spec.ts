import { setTimeout as sleep } from 'node:timers/promises';
import { postgrestDefaults, type DataApiSettings } from '@perch/contract';
import { silentObserver } from '@perch/observability';
import type { ListenOptions } from '@perch/postgres';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { ActiveTenants } from './active-tenant.js';
import { createSchemaListeners } from './schema-listeners.js';

const snapshotOf = (version: number, settings: Partial<DataApiSettings>, key = 'a/b') =>
  tenantSnapshot({ key, version, settings: { ...postgrestDefaults, db_channel_enabled: true, ...settings } });

describe('schema listeners', () => {
  const activeTenants = new ActiveTenants();
  const tenantOf = (...args: Parameters<typeof snapshotOf>) => activeTenants.of(snapshotOf(...args), '');
  let open: ListenOptions[];
  let calls: string[];
  const make = () =>
    createSchemaListeners({
      listen: (options) => {
        open.push(options);
        return { stop: async () => void open.splice(open.indexOf(options), 1) };
      },
      activeTenants,
      observer: silentObserver,
      reload: ({ key, version }) => void calls.push(`reload ${key} ${version}`),
      recheck: ({ key, version }) => void calls.push(`recheck ${key} ${version}`),
      debounceMs: 20,
    });
  const channels = () => open.map(({ databaseUrl, channel }) => `${databaseUrl} ${channel}`);

  beforeEach(() => {
    open = [];
    calls = [];
  });

  it('are for tenants that ask for one, one each', () => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    listeners.follow(tenantOf(2, {}));
    listeners.follow(tenantOf(1, { db_channel_enabled: false }, 'c/d'));
    expect(channels()).toEqual(['postgres://x pgrst']);
  });

  it('follow the settings, older snapshots excepted, and end with them', () => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    listeners.changed(snapshotOf(2, { db_channel: 'other' }), true);
    listeners.follow(tenantOf(1, {}));
    expect(channels()).toEqual(['postgres://x other']);
    listeners.changed({ ...snapshotOf(3, { db_channel: 'other' }), database_url: 'postgres://y' }, true);
    expect(channels()).toEqual(['postgres://y other']);
    listeners.changed(snapshotOf(4, { db_channel_enabled: false }), true);
    expect(channels()).toEqual([]);
    listeners.changed(snapshotOf(5, {}), true);
    expect(channels()).toEqual(['postgres://x pgrst']);
    listeners.changed({ ...snapshotOf(6, {}), status: 'error', database_url: null }, true);
    expect(channels()).toEqual([]);
  });

  it('are not for who has no schema, nor for a snapshot that is out of date', () => {
    const listeners = make();
    listeners.changed(snapshotOf(2, {}), false);
    expect(channels()).toEqual([]);
    listeners.follow(tenantOf(1, {}));
    expect(channels()).toEqual([]);
    listeners.follow(tenantOf(2, {}));
    expect(channels()).toEqual(['postgres://x pgrst']);
    listeners.forget('a/b');
    listeners.follow(tenantOf(1, {}));
    expect(channels()).toEqual(['postgres://x pgrst']);
  });

  it('end with their tenant and with the process', async () => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    listeners.follow(tenantOf(1, {}, 'c/d'));
    listeners.forget('a/b');
    expect(open).toHaveLength(1);
    await listeners.stop();
    expect(open).toHaveLength(0);
  });

  it.each([
    ['reload schema', ['reload a/b 2']],
    ['reload config', ['reload a/b 2']],
    ['reload tables', ['reload a/b 2']],
    ['reload relationships', ['reload a/b 2']],
    ['', ['reload a/b 2']],
    ['reload', []],
    ['RELOAD SCHEMA', []],
  ])('told %j do %j, for the configuration in force', (payload, expected) => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    listeners.follow(tenantOf(2, {}));
    open[0]?.onPayload(payload);
    expect(calls).toEqual(expected);
  });

  it('take a burst for one at its beginning and one at its end', async () => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    for (let i = 0; i < 10; i += 1) open[0]?.onPayload('');
    expect(calls).toHaveLength(1);
    await sleep(35);
    expect(calls).toHaveLength(2);
    await sleep(35);
    expect(calls).toHaveLength(2);
    open[0]?.onPayload('');
    open[0]?.onPayload('');
    listeners.forget('a/b');
    await sleep(35);
    expect(calls).toHaveLength(3);
  });

  it('look for what they missed whenever they begin to listen', () => {
    const listeners = make();
    listeners.follow(tenantOf(1, {}));
    open[0]?.onListening();
    open[0]?.onLost('gone', 10);
    open[0]?.onListening();
    expect(calls).toEqual(['recheck a/b 1', 'recheck a/b 1']);
  });
});
