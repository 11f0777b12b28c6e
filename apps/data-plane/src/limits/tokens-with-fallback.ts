/** Tokens from a source that may be away: then from a nearer one, at once, until it is back. */
import type { Grant, TokenRequest, TokenSource } from './token-source.js';

export interface FallbackOptions {
  /** May reject: it is away. */
  readonly source: TokenSource;
  /** Never rejects. */
  readonly fallback: TokenSource;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Told once when the source goes away, with why, and once when it is back. */
  readonly onAway: (reason: unknown) => void;
  readonly onBack: () => void;
}

/** Milliseconds until a source that was away is asked again; so long no request waits for it. */
const askAgainMs = 1_000;

export function tokensWithFallback(options: FallbackOptions): TokenSource {
  const { source, fallback, now } = options;
  let isAway = false;
  let askAgainAt = 0;
  return {
    async take(request: TokenRequest): Promise<Grant> {
      if (isAway && now() < askAgainAt) return fallback.take(request);
      // One of many tries, the others go on.
      askAgainAt = now() + askAgainMs;
      try {
        const grant = await source.take(request);
        if (isAway) options.onBack();
        isAway = false;
        return grant;
      } catch (error) {
        if (!isAway) options.onAway(error);
        isAway = true;
        return fallback.take(request);
      }
    },
  };
}
