/**
 * Key sets by URL for tenants of a file: fetched in the background, kept when a fetch fails, fetched again from time to
 * time and when a token names an unknown key. No request ever waits for one.
 */
import type { Jwks } from '@perch/contract';
import { backoffMs } from './backoff.js';
import { reasonOf } from './reason-of.js';

export interface KeySetOptions {
  /** @throws when the set cannot be had; the message says why. */
  readonly fetchJwks: (url: string) => Promise<Jwks>;
  /** After a fetch: whether it failed, and whether the keys are others than before. */
  readonly onResult: (url: string, result: KeySetResult) => void;
  /** Milliseconds between two fetches of the same set when all is well. Default 5 minutes. */
  readonly refreshMs?: number;
  /** Milliseconds in which a set is not fetched again because of an unknown key. Default 30 s. */
  readonly cooldownMs?: number;
}

export type KeySetResult =
  | { readonly kind: 'fetched'; readonly keys: number; readonly changed: boolean }
  | { readonly kind: 'failed'; readonly reason: string };

export interface KeySets {
  /** Keeps exactly these sets; resolves when each new one was tried once. */
  use(urls: readonly string[]): Promise<void>;
  get(url: string): Jwks | undefined;
  /** Fetches again soon, unless that happened a moment ago. */
  refresh(url: string): void;
  stop(): void;
}

interface Entry {
  jwks: Jwks | undefined;
  failures: number;
  lastTriedAt: number;
  timer: NodeJS.Timeout | undefined;
  running: Promise<void> | undefined;
}

export function createKeySets(options: KeySetOptions): KeySets {
  const refreshMs = options.refreshMs ?? 300_000;
  const cooldownMs = options.cooldownMs ?? 30_000;
  const entries = new Map<string, Entry>();

  const tryFetch = (url: string, entry: Entry): Promise<void> => {
    entry.running ??= options
      .fetchJwks(url)
      .then(
        (jwks): KeySetResult => {
          const changed = JSON.stringify(jwks) !== JSON.stringify(entry.jwks);
          entry.jwks = jwks;
          entry.failures = 0;
          return { kind: 'fetched', keys: jwks.keys.length, changed };
        },
        (error: unknown): KeySetResult => {
          entry.failures += 1;
          return { kind: 'failed', reason: reasonOf(error) };
        },
      )
      .then((result) => {
        entry.running = undefined;
        if (entries.get(url) !== entry) return;
        clearTimeout(entry.timer);
        const waitMs = entry.failures === 0 ? refreshMs : backoffMs(entry.failures, { firstMs: 1_000, maxMs: 60_000 });
        entry.timer = setTimeout(() => void tryFetch(url, entry), waitMs).unref();
        options.onResult(url, result);
      });
    entry.lastTriedAt = Date.now();
    return entry.running;
  };

  const forget = (url: string) => {
    clearTimeout(entries.get(url)?.timer);
    entries.delete(url);
  };

  return {
    async use(urls) {
      const wanted = new Set(urls);
      for (const url of [...entries.keys()]) if (!wanted.has(url)) forget(url);
      const added = [...wanted].filter((url) => !entries.has(url));
      await Promise.all(
        added.map((url) => {
          const entry = { jwks: undefined, failures: 0, lastTriedAt: 0, timer: undefined, running: undefined };
          entries.set(url, entry);
          return tryFetch(url, entry);
        }),
      );
    },
    get: (url) => entries.get(url)?.jwks,
    refresh(url) {
      const entry = entries.get(url);
      if (entry !== undefined && Date.now() - entry.lastTriedAt >= cooldownMs) void tryFetch(url, entry);
    },
    stop() {
      for (const url of [...entries.keys()]) forget(url);
    },
  };
}
