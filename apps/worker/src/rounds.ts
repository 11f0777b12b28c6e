/** Looks at something again and again: a round and a pause in, one round at a time until it is stopped. */
export class Rounds {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    /** Never throws. */
    private readonly look: () => Promise<void>,
    /** Milliseconds between the starts of two rounds; one that takes longer lets the next ones pass. */
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.look().finally(() => (this.#looking = undefined));
    }, this.everyMs);
  }

  /** Resolves when the round under way is through. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}
