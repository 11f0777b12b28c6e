/**
 * Databases that tell of their changes themselves (`db_channel_enabled`): one listening connection for each tenant that
 * asked for it and whose schema is held, a reload of it out. What was sent while nobody listened is made up for.
 *
 * @see https://docs.postgrest.org/en/v16/references/schema_cache.html#schema-reloading-with-notify
 */
import { LRUCache } from 'lru-cache';
import type { TenantSnapshot } from '@perch/contract';
import type { Observer } from '@perch/observability';
import type { ChannelListener, ListenOptions } from '@perch/postgres';
import type { ActiveTenant, ActiveTenants } from './active-tenant.js';

export interface SchemaListenersOptions {
  readonly listen: (options: ListenOptions) => ChannelListener;
  readonly activeTenants: ActiveTenants;
  readonly observer: Observer;
  /** Reads schema and configuration again, and again when asked meanwhile. Never throws. */
  readonly reload: (tenant: ActiveTenant) => void;
  /** Something may have been missed: reads them again if they differ. Never throws. */
  readonly recheck: (tenant: ActiveTenant) => void;
  /** Milliseconds within which further notifications are one. Default 100. */
  readonly debounceMs?: number;
}

export interface SchemaListeners {
  /** The schema of this tenant is held: listens if it asks for that, and stops if it no longer does. */
  follow(tenant: ActiveTenant): void;
  /** There is a newer snapshot. @param isHeld whether the tenant's schema is: who has none needs to hear of no change */
  changed(snapshot: TenantSnapshot, isHeld: boolean): void;
  forget(key: string): void;
  /** Resolves when every connection is closed. */
  stop(): Promise<void>;
}

interface Followed {
  tenant: ActiveTenant;
  readonly channel: string;
  readonly databaseUrl: string;
  readonly listener: ChannelListener;
  readonly quiet: () => void;
}

/** Tenants of whose snapshots the newest version is remembered. */
const maxVersions = 20_000;

export function createSchemaListeners(options: SchemaListenersOptions): SchemaListeners {
  const { observer, reload, recheck } = options;
  const followed = new Map<string, Followed>();
  const newest = new LRUCache<string, number>({ max: maxVersions });
  const closing = new Set<Promise<void>>();
  const say = (level: 'debug' | 'warn', text: string, fields: Readonly<Record<string, unknown>>) =>
    observer.note({ kind: 'message', level, text, fields });

  const forget = (key: string) => {
    const current = followed.get(key);
    if (current === undefined) return;
    followed.delete(key);
    current.quiet();
    const closed = current.listener.stop().finally(() => closing.delete(closed));
    closing.add(closed);
  };

  const open = (tenant: ActiveTenant, channel: string): Followed => {
    const { key, connection } = tenant;
    const current = () => followed.get(key)?.tenant ?? tenant;
    const notified = debounce(() => reload(current()), options.debounceMs ?? 100);
    const listener = options.listen({
      databaseUrl: connection.databaseUrl,
      channel,
      onPayload(payload) {
        if (RELOADS.has(payload)) notified.call();
      },
      onListening() {
        say('debug', 'listening for changes of the schema', { tenant: key, channel });
        recheck(current());
      },
      onLost: (reason, retryInMs) =>
        say('warn', 'lost the connection that listens', { tenant: key, channel, reason, retryInMs }),
    });
    return { tenant, channel, databaseUrl: connection.databaseUrl, listener, quiet: notified.cancel };
  };

  const follow = (tenant: ActiveTenant) => {
    const { key, connection, snapshot } = tenant;
    const { db_channel: channel, db_channel_enabled: enabled } = snapshot.settings;
    const current = followed.get(key);
    // A schema may still be read for a snapshot that is not in force any more.
    if (tenant.version < Math.max(current?.tenant.version ?? 0, newest.get(key) ?? 0)) return;
    if (enabled && current?.channel === channel && current.databaseUrl === connection.databaseUrl) {
      current.tenant = tenant;
      return;
    }
    forget(key);
    if (enabled) followed.set(key, open(tenant, channel));
  };

  return {
    follow,
    changed(snapshot, isHeld) {
      newest.set(snapshot.key, snapshot.version);
      if (!isHeld) return forget(snapshot.key);
      try {
        follow(options.activeTenants.of(snapshot, ''));
      } catch {
        // It cannot serve at present, so nothing of it is worth a connection.
        forget(snapshot.key);
      }
    },
    forget(key) {
      newest.delete(key);
      forget(key);
    },
    async stop() {
      for (const key of [...followed.keys()]) forget(key);
      await Promise.all(closing);
    },
  };
}

/** Schema and configuration are read together and whole, so each of the words means all of it. */
const RELOADS: ReadonlySet<string> = new Set([
  '',
  'reload schema',
  'reload config',
  'reload tables',
  'reload relationships',
]);

/** Calls at once, and once more behind the pause if there were further calls within it. */
function debounce(work: () => void, pauseMs: number): { readonly call: () => void; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const start = () => {
    again = false;
    timer = setTimeout(end, pauseMs).unref();
    work();
  };
  const end = () => {
    timer = undefined;
    if (again) start();
  };
  return {
    call() {
      if (timer === undefined) start();
      else again = true;
    },
    cancel: () => clearTimeout(timer),
  };
}
