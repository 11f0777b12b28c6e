/**
 * Questions between the supervisor and a worker over the channel that Node keeps between them: a method and a payload in,
 * the other side's answer out. Both sides ask and both answer. What arrives is checked by whoever asked.
 */
import { z } from 'zod';

/** What is needed of `process` or of a worker. */
export interface Channel {
  send(message: object): void;
  listen(receive: (message: unknown) => void): void;
}

/** The other side did not answer, in time or at all. */
export class WorkerCallError extends Error {
  override readonly name = 'WorkerCallError';
  readonly code = 'worker.no-answer';
}

export type Handler = (payload: unknown) => unknown;

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: WorkerCallError) => void;
  readonly timer: NodeJS.Timeout;
}

const messageSchema = z.union([
  z.object({ perch: z.literal('call'), id: z.int(), method: z.string(), payload: z.unknown().optional() }),
  z.object({ perch: z.literal('answer'), id: z.int(), answer: z.unknown().optional() }),
]);

export class Calls {
  readonly #pending = new Map<number, Pending>();
  #ids = 0;

  /** @param handlers by method; one that throws or is missing leaves the caller to its timeout. */
  constructor(
    private readonly channel: Channel,
    private readonly handlers: Readonly<Record<string, Handler>>,
  ) {
    channel.listen((message) => {
      const parsed = messageSchema.safeParse(message);
      if (!parsed.success) return;
      if (parsed.data.perch === 'call') return void this.#answer(parsed.data);
      const { id, answer } = parsed.data;
      this.#settle(id)?.resolve(answer);
    });
  }

  /** @throws WorkerCallError after `timeoutMs` milliseconds without an answer, and at the `end`. */
  call(method: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    const id = (this.#ids += 1);
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#settle(id)?.reject(new WorkerCallError(`no answer to '${method}'`));
      const timer = setTimeout(giveUp, timeoutMs).unref();
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ perch: 'call', id, method, payload });
    });
  }

  /** The other side is gone. */
  end(): void {
    for (const id of [...this.#pending.keys()])
      this.#settle(id)?.reject(new WorkerCallError('the other process is gone'));
  }

  async #answer(call: { id: number; method: string; payload?: unknown }): Promise<void> {
    try {
      this.#send({ perch: 'answer', id: call.id, answer: await this.handlers[call.method]?.(call.payload) });
    } catch {
      // Whoever asked goes on without it.
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  #send(message: object): void {
    try {
      this.channel.send(message);
    } catch {
      // The channel is closed: the call times out, or is ended.
    }
  }
}
