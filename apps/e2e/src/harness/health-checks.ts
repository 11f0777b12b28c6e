/** What a load balancer knows of the proxies behind it: their ready URLs in, asked again and again, who may be given requests out. */
import { ask } from './ask.js';

export interface HealthChecks {
  /** By the place of its URL. True until a check has said otherwise. */
  isReady(index: number): boolean;
  stop(): void;
}

/** @param everyMs milliseconds from an answer to the next question */
export function startHealthChecks(readyUrls: readonly string[], everyMs: number): HealthChecks {
  const ready = readyUrls.map(() => true);
  let stopped = false;
  const check = async (url: string, index: number): Promise<void> => {
    ready[index] = await ask(url, { path: '' }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (!stopped) setTimeout(() => void check(url, index), everyMs);
  };
  readyUrls.forEach((url, index) => void check(url, index));
  return {
    isReady: (index) => ready[index] ?? true,
    stop: () => (stopped = true),
  };
}
