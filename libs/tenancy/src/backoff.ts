/** Waiting times that grow and differ: many proxies that lost one control plane must not come back in step. */
export interface BackoffOptions {
  /** Milliseconds before the second try. */
  readonly firstMs: number;
  /** Upper bound in milliseconds. */
  readonly maxMs: number;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/** Milliseconds to wait after the given number of failures in a row (1, 2, ...): half of it fixed, half by chance. */
export function backoffMs(failures: number, options: BackoffOptions): number {
  const full = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * (options.random ?? Math.random)());
}
