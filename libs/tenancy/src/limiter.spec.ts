import { setTimeout as sleep } from 'node:timers/promises';
import { createLimiter, LimitExceededError } from './limiter.js';

describe('a limiter', () => {
  it('runs no more at once than it may, in the order of arrival', async () => {
    const { run } = createLimiter({ concurrency: 2 });
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (n: number) => async () => {
      order.push(n);
      most = Math.max(most, (running += 1));
      await sleep(2);
      running -= 1;
      return n;
    };
    const results = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => run(work(n))));
    expect(results).toEqual([0, 1, 2, 3, 4, 5]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('goes on behind what fails', async () => {
    const { run } = createLimiter({ concurrency: 1 });
    const failed = run(() => Promise.reject(new RangeError('bad')));
    const next = run(async () => 'good');
    await expect(failed).rejects.toThrow(RangeError);
    expect(await next).toBe('good');
  });

  it('refuses what is too much or waits too long, and never runs it', async () => {
    const { run } = createLimiter({ concurrency: 1, maxWaiting: 1, maxWaitMs: 10 });
    let ran = 0;
    const long = run(() => sleep(40));
    const late = run(async () => void (ran += 1));
    await expect(run(async () => void (ran += 1))).rejects.toThrow(LimitExceededError);
    await expect(late).rejects.toThrow(LimitExceededError);
    await long;
    expect(ran).toBe(0);
    await run(async () => void (ran += 1));
    expect(ran).toBe(1);
  });
});
