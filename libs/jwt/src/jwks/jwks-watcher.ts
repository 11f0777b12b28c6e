/**
 * Keeps the key sets of some URLs fresh, for a process without a control plane: fetched in the background, again when a token
 * names an unknown key, and kept as they are when the key server is down. No request waits for it.
 */
import type { Jwks } from '@perch/contract';

export interface JwksWatcherOptions {
  readonly fetch: (url: string) => Promise<Jwks>;
  /** Told of every key set that differs from the one before. */
  readonly onKeys: (url: string, jwks: Jwks) => void;
  readonly onError: (url: string, error: unknown) => void;
  /** Milliseconds between two fetches. Default 5 minutes. */
  readonly refreshIntervalMs?: number;
  /**
   * Milliseconds that lie at least between two fetches of one URL that unknown keys ask for, and before one that failed is
   * tried again. Default 30,000. Fetches in the background do not count, so that keys exchanged behind one are found at once.
   */
  readonly minIntervalMs?: number;
}

export interface JwksWatcher {
  /** Watches exactly these URLs from now on. Resolves when every new one was tried once. */
  watch(urls: readonly string[]): Promise<void>;
  /** The key set as last fetched; undefined before the first success. */
  get(url: string): Jwks | undefined;
  /** A token named a key that is not in the set: fetches again, unless that was done just now. */
  unknownKid(url: string): void;
  close(): void;
}

interface Watched {
  jwks: Jwks | undefined;
  /** Milliseconds of a clock that never goes back. */
  askedForKidAt: number;
  timer: NodeJS.Timeout | undefined;
  running: Promise<void> | undefined;
}

const MINUTE_MS = 60_000;

export function createJwksWatcher(options: JwksWatcherOptions): JwksWatcher {
  const refreshIntervalMs = options.refreshIntervalMs ?? 5 * MINUTE_MS;
  const minIntervalMs = options.minIntervalMs ?? 30_000;
  const watched = new Map<string, Watched>();

  const schedule = (url: string, entry: Watched, delayMs: number) => {
    clearTimeout(entry.timer);
    if (watched.get(url) !== entry) return;
    entry.timer = setTimeout(() => void refresh(url, entry), delayMs);
    entry.timer.unref();
  };

  const refresh = (url: string, entry: Watched): Promise<void> => {
    entry.running ??= refreshNow(url, entry).finally(() => (entry.running = undefined));
    return entry.running;
  };

  const refreshNow = async (url: string, entry: Watched): Promise<void> => {
    try {
      const jwks = await options.fetch(url);
      schedule(url, entry, refreshIntervalMs);
      if (watched.get(url) !== entry || JSON.stringify(jwks) === JSON.stringify(entry.jwks)) return;
      entry.jwks = jwks;
      options.onKeys(url, jwks);
    } catch (error) {
      schedule(url, entry, minIntervalMs);
      options.onError(url, error);
    }
  };

  const forget = (url: string) => {
    clearTimeout(watched.get(url)?.timer);
    watched.delete(url);
  };

  return {
    async watch(urls) {
      for (const url of watched.keys()) if (!urls.includes(url)) forget(url);
      await Promise.all(
        urls.map((url) => {
          if (watched.has(url)) return undefined;
          const entry: Watched = { jwks: undefined, askedForKidAt: -Infinity, timer: undefined, running: undefined };
          watched.set(url, entry);
          return refresh(url, entry);
        }),
      );
    },
    get: (url) => watched.get(url)?.jwks,
    unknownKid(url) {
      const entry = watched.get(url);
      if (entry === undefined || performance.now() - entry.askedForKidAt < minIntervalMs) return;
      entry.askedForKidAt = performance.now();
      void refresh(url, entry);
    },
    close() {
      for (const url of [...watched.keys()]) forget(url);
    },
  };
}
