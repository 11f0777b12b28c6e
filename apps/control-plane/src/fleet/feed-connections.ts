/** The open connections of the change feed, ended together when the control plane stops. */
import type { Response } from 'express';
import type { Observer } from '@perch/observability';
import type { ChangeFeed } from './change-feed.js';

export class FeedConnections {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  #open = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly observer: Observer,
  ) {}

  /** Proxies that follow the feed. */
  get open(): number {
    return this.#open;
  }

  /** Resolves when the proxy went away or `close` was called. */
  async serve(since: number, response: Response): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const target = {
      write: (text: string): void => void (text !== '' && response.write(text)),
      signal: AbortSignal.any([gone.signal, this.stopping.signal]),
    };
    // A failure ends the stream; the proxy connects again and resumes.
    this.#open += 1;
    await this.inBackground(this.feed.follow(since, target)).finally(() => (this.#open -= 1));
    response.end();
  }

  /** Work that an answer does not wait for; a failure is noted. */
  inBackground(work: Promise<void>): Promise<void> {
    const noted = work
      .catch((error: unknown) => {
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.observer.note({ kind: 'internal-error', where: 'fleet API', detail });
      })
      .finally(() => this.running.delete(noted));
    this.running.add(noted);
    return noted;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }
}
