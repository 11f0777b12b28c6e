/**
 * Tells at once, inside a process, what another one wrote: PostgreSQL's LISTEN on one connection of its own. It is a
 * hint and no more: whoever waits also looks again after a while, so a lost connection costs time and never truth.
 */
import pg from 'pg';

export const metadataChannels = {
  /** Payload: the sequence of the newest entry of the change feed. */
  tenantChanged: 'perch_tenant_changed',
  /** Payload: the id of an operation whose status moved. */
  operationChanged: 'perch_operation_changed',
} as const;
export type MetadataChannel = (typeof metadataChannels)[keyof typeof metadataChannels];

export interface MetadataEvents {
  /** Returns the function that ends the subscription. The listener also fires, with '', after a reconnect. */
  on(channel: MetadataChannel, listener: (payload: string) => void): () => void;
  close(): Promise<void>;
}

/** Milliseconds between two attempts to connect again. */
const RECONNECT_MS = 1_000;

/** Starts to listen in the background; a database that is away is tried again until `close`. */
export function createMetadataEvents(options: { readonly url: string }): MetadataEvents {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const tell = (channel: string, payload: string): void => {
    for (const listener of listeners.get(channel) ?? []) listener(payload);
  };

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'perch metadata events',
      keepAlive: true,
    });
    let lost = false;
    const onLoss = (): void => {
      if (lost || closed) return;
      lost = true;
      client = undefined;
      next.end().catch(() => undefined);
      retry = setTimeout(() => void connect(), RECONNECT_MS);
    };
    next.on('error', onLoss);
    next.on('end', onLoss);
    next.on('notification', ({ channel, payload }) => tell(channel, payload ?? ''));
    try {
      await next.connect();
      for (const channel of Object.values(metadataChannels)) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      client = next;
      if (closed) await next.end();
      else for (const channel of listeners.keys()) tell(channel, '');
    } catch {
      onLoss();
    }
  };
  const connecting = connect();

  return {
    on(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      return () => void set.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
