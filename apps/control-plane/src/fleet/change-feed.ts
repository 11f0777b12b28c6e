/** Writes the change feed to one proxy for as long as it stays: server-sent events, oldest first, then as they happen. */
import { fleetEventNames, type TenantChange } from '@perch/contract';
import { metadataChannels, type MetadataEvents, type TenantRepository } from '@perch/database';
import type { Observer } from '@perch/observability';

/** Where the feed is written to. */
export interface FeedTarget {
  write(text: string): void;
  /** Aborts when the proxy went away or the control plane stops. */
  readonly signal: AbortSignal;
}

export interface ChangeFeedOptions {
  /** Milliseconds without a change after which the feed looks by itself and says that it lives; 10 s unless told. */
  readonly idleMs?: number;
}

const IDLE_MS = 10_000;
/** Changes read at once. */
const BATCH = 500;

export class ChangeFeed {
  constructor(
    private readonly tenants: TenantRepository,
    private readonly events: MetadataEvents,
    private readonly observer: Observer,
    private readonly options: ChangeFeedOptions = {},
  ) {}

  /** Resolves when the target's signal aborts. @throws what the database throws: the proxy connects again. */
  async follow(since: number, target: FeedTarget): Promise<void> {
    let sequence = since;
    let wake = (): void => undefined;
    const stopListening = this.events.on(metadataChannels.tenantChanged, () => wake());
    const onAbort = (): void => wake();
    target.signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!target.signal.aborted) {
        // Before looking, so that a change during the look is not missed.
        const changed = new Promise<boolean>((resolve) => (wake = () => resolve(true)));
        const next = await this.tenants.changesSince(sequence, BATCH);
        if (next.kind === 'resync') {
          if (next.sequence < sequence) this.sayBehind(next.sequence, sequence);
          target.write(formatEvent(fleetEventNames.resync, { sequence: next.sequence }));
        } else {
          target.write(next.changes.map(formatChange).join(''));
        }
        sequence = next.sequence;
        if (next.kind === 'changes' && next.changes.length === BATCH) continue;
        if (!(await within(changed, this.options.idleMs ?? IDLE_MS))) target.write(': alive\n\n');
      }
    } finally {
      stopListening();
      target.signal.removeEventListener('abort', onAbort);
    }
  }

  private sayBehind(newest: number, seen: number): void {
    const text =
      `A proxy has seen change ${seen}, and the metadata database ends at ${newest}: it is older than what the fleet` +
      ' serves, which goes on as it was. If it was restored, run "perch accept-restore"';
    this.observer.note({ kind: 'message', level: 'warn', text });
  }
}

function formatChange(change: TenantChange): string {
  return formatEvent(fleetEventNames.change, change);
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function formatEvent(name: string, data: { readonly sequence: number }): string {
  return `event: ${name}\nid: ${data.sequence}\ndata: ${JSON.stringify(data)}\n\n`;
}

function within(happening: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    void happening.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
