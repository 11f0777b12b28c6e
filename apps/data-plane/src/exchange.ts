/**
 * What is known of one request while it walks through the rooms, besides its values: who it is, whose it is, how long the
 * steps took, and the signal that ends it.
 */
import type { CancelSignal } from '@perch/engine';
import type { ActiveTenant } from './active-tenant.js';
import type { HeaderList } from './http-request.js';
import type { RequestTrace } from './request-trace.js';
import { RequestSignal } from './request-signal.js';
import { Timings, untimed, type StepTimings } from './timings.js';

export class Exchange {
  timings: StepTimings = untimed;
  readonly startedAt: number;
  /** Set as soon as it is known: errors are rendered by the tenant's settings. */
  tenant: ActiveTenant | undefined;
  /** Set as soon as they are decoded: the answer to an error depends on some of them. */
  headers: HeaderList = [];
  /** What its answer says about rate limits. */
  limitHeaders: HeaderList = [];
  /** Tenant key of the place that it takes among the requests of its data API; undefined when it has none. */
  slot: string | undefined;
  /** Bytes of its body that count for the limit of its data API. */
  heldBytes = 0;
  requestBytes = 0;
  /** Tells a client that waits for it to send the body (RFC 9110 section 10.1.1); undefined when none waits. */
  askForBody: (() => void) | undefined;
  readonly #signal = new RequestSignal();

  constructor(
    readonly id: string,
    readonly method: string,
    /** Milliseconds of a clock that never goes back. */
    readonly now: () => number,
    /** undefined for a request that is not traced. */
    readonly trace?: RequestTrace,
  ) {
    this.startedAt = trace?.startedAt ?? now();
    if (trace !== undefined) this.takeTimes();
  }

  /** Aborted when the client goes away, when the deadline passes, and when a drain cannot wait any longer. */
  get signal(): CancelSignal {
    return this.#signal;
  }

  /** From now on: somebody wants to know. */
  takeTimes(): void {
    this.timings = new Timings(this.now, this.trace);
  }

  /** @param reason is thrown by whatever waits. */
  abort(reason: Error): void {
    this.#signal.abort(reason);
  }
}
