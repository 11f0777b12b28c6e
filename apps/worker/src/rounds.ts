/** Looks at something again and again: a round and a pause in, one round at a time until it is stopped. */
import { Pauses } from './pauses.js';

export interface RoundsOptions {
  /** Milliseconds between the starts of two rounds; one that takes longer lets the next ones pass. */
  readonly everyMs: number;
  /** A round failed; the next one is not before so many milliseconds. */
  readonly onError: (error: unknown, retryInMs: number) => void;
}

const ROUND = 'round';

export class Rounds {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  readonly #pauses: Pauses;

  constructor(
    private readonly look: () => Promise<void>,
    private readonly options: RoundsOptions,
  ) {
    this.#pauses = new Pauses(2 * options.everyMs, () => performance.now());
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#pauses.isOver(ROUND)) this.#looking ??= this.round().finally(() => (this.#looking = undefined));
    }, this.options.everyMs);
  }

  /** Resolves when the round under way is through. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  private async round(): Promise<void> {
    try {
      await this.look();
      this.#pauses.succeeded(ROUND);
    } catch (error) {
      this.options.onError(error, this.#pauses.failed(ROUND));
    }
  }
}
