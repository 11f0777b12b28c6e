/**
 * The requests under way, and the deadline of each: exchanges and their responses in; how many there are, and whose time is up,
 * out. An array whose gaps are filled from its end: a Map that thousands of requests a second pass through leaves tables behind
 * that keep them from being collected, and a timer for each request costs more than one look a second at all of them.
 */
import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';

export interface Underway {
  readonly exchange: Exchange;
  readonly response: ServerResponse;
  /** Index in the array. */
  place: number;
}

export class InFlight {
  readonly #underway: Underway[] = [];
  readonly #sweeper: NodeJS.Timeout;

  /**
   * @param deadlineMs milliseconds from a request's start
   * @param onDeadline told of each request that has passed it, at most a second late, and again while it lasts
   */
  constructor(
    private readonly deadlineMs: number,
    private readonly now: () => number,
    private readonly onDeadline: (exchange: Exchange) => void,
  ) {
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1_000, deadlineMs)).unref();
  }

  get size(): number {
    return this.#underway.length;
  }

  add(exchange: Exchange, response: ServerResponse): Underway {
    const underway = { exchange, response, place: this.#underway.length };
    this.#underway.push(underway);
    return underway;
  }

  /** Once for each that was added. */
  remove({ place }: Underway): void {
    const last = this.#underway.pop();
    if (last === undefined || last.place === place) return;
    last.place = place;
    this.#underway[place] = last;
  }

  forEach(visit: (underway: Underway) => void): void {
    for (const underway of [...this.#underway]) visit(underway);
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const begunBefore = this.now() - this.deadlineMs;
    this.forEach(({ exchange }) => {
      if (exchange.startedAt <= begunBefore) this.onDeadline(exchange);
    });
  }
}
