/** When something that failed is tried again: later each time, so that what stays broken is told of now and then and not at every look. */

/** Milliseconds. */
const LONGEST_MS = 60_000;

interface Pause {
  readonly failures: number;
  /** Milliseconds of the clock. */
  readonly until: number;
}

export class Pauses {
  readonly #pauses = new Map<string, Pause>();

  constructor(
    /** Milliseconds after the first failure; doubled with each further one, up to a minute. */
    private readonly firstMs: number,
    /** Milliseconds of a clock that never goes back. */
    private readonly now: () => number,
  ) {}

  isOver(key: string): boolean {
    return this.now() >= (this.#pauses.get(key)?.until ?? -Infinity);
  }

  /** @returns milliseconds until it may be tried again. */
  failed(key: string): number {
    const failures = (this.#pauses.get(key)?.failures ?? 0) + 1;
    const pauseMs = Math.min(LONGEST_MS, this.firstMs * 2 ** (failures - 1));
    this.#pauses.set(key, { failures, until: this.now() + pauseMs });
    return pauseMs;
  }

  succeeded(key: string): void {
    this.#pauses.delete(key);
  }

  /** Forgets what is not there any more. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#pauses.keys()) if (!keys.has(key)) this.#pauses.delete(key);
  }
}
