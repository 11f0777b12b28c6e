/** A worker's line to its supervisor: connections come in over it, and each side asks the other what it needs to know. */
import { Socket } from 'node:net';
import type { Metrics, StatusKeeper } from '@perch/observability';
import { z } from 'zod';
import type { TokenSource } from '../limits/token-source.js';
import { Calls } from './calls.js';

/** Milliseconds a request waits for the supervisor at most. */
const tokensTimeoutMs = 500;
/** Milliseconds the supervisor has for the receipt of a message. */
const receiptTimeoutMs = 5_000;

const grantSchema = z.object({ granted: z.int().nonnegative(), remaining: z.number(), waitMs: z.number() });

export interface SupervisorLink {
  /** Buckets of all workers together; rejects while the supervisor does not answer. */
  readonly tokens: TokenSource;
  /** Connections come from now on. `leave` is called once, behind the last of them. */
  ready(work: { readonly take: (socket: Socket) => void; readonly leave: () => void }): void;
  /** Asks to be told to leave; resolves when that has come, or the supervisor is gone. */
  retire(): Promise<void>;
  /** The last word: the supervisor gets no answer any more. */
  end(): void;
}

export function linkToSupervisor(metrics: Metrics, status: StatusKeeper): SupervisorLink {
  let toldToLeave = false;
  let left: () => void = () => {};
  /** Told to, or nobody is there any more who could. */
  const leave = new Promise<void>((resolve) => (left = resolve));
  const calls = new Calls(
    {
      send: (message) => void process.send?.(message),
      listen: (receive) => void process.on('message', receive),
    },
    {
      metrics: () => metrics.snapshot(),
      status: () => status.snapshot(),
      leave() {
        toldToLeave = true;
        left();
      },
    },
  );
  process.once('disconnect', () => {
    calls.end();
    left();
  });
  return {
    tokens: { take: async (request) => grantSchema.parse(await calls.call('take-tokens', request, tokensTimeoutMs)) },
    ready({ take, leave: leaveNow }) {
      void leave.then(leaveNow);
      process.on('message', (_message, handle) => {
        if (handle instanceof Socket) take(handle);
      });
      void calls.call('ready', undefined, receiptTimeoutMs).catch(() => {});
    },
    async retire() {
      if (toldToLeave || !process.connected) return;
      void calls.call('retire', undefined, receiptTimeoutMs).catch(() => {});
      await leave;
    },
    end() {
      if (process.connected) process.disconnect();
    },
  };
}
