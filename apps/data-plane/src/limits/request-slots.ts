/** `max_concurrent_requests` of a data API: how many of its requests this process works on at the same time. */
import type { ActiveTenant } from '../active-tenant.js';
import { edgeError } from '../edge-catalogue.js';
import type { Share } from '../workers/share.js';

export class RequestSlots {
  readonly #running = new Map<string, number>();

  /** @param share what this process may use of a limit of all workers. */
  constructor(private readonly share: Share) {}

  /** @throws EngineError PERCH006; else `leave` has to follow */
  enter({ key, snapshot }: ActiveTenant): void {
    const limit = snapshot.settings.max_concurrent_requests;
    const running = this.#running.get(key) ?? 0;
    if (limit !== null && running >= this.share(limit)) throw edgeError('PERCH006');
    this.#running.set(key, running + 1);
  }

  leave(key: string): void {
    const running = this.#running.get(key) ?? 0;
    if (running > 1) this.#running.set(key, running - 1);
    else this.#running.delete(key);
  }
}
