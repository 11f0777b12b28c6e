import { HeldBytes, heldLimits } from './held-bytes.js';

const MEBIBYTE = 1024 * 1024;

describe('what requests hold in memory', () => {
  let now: number;
  let held: HeldBytes;
  beforeEach(() => {
    now = 0;
    held = new HeldBytes({ total: 6_400, perTenant: 1_600 }, () => now);
  });
  const refusal = expect.objectContaining({ code: 'PERCH007', status: 429 });
  const fill = (...keys: readonly string[]) => {
    for (const key of keys) held.take(key, 1_600);
  };

  it('of one data API has a limit, which keeps nobody else away', () => {
    held.take('a', 1_000);
    expect(() => held.take('a', 601)).toThrow(refusal);
    held.take('a', 600);
    expect(() => held.admit('a')).not.toThrow();
    expect(() => held.take('a', 1)).toThrow(refusal);
    held.take('b', 1_600);
    held.give('a', 600);
    held.take('a', 1);
  });

  it('of all has a limit, beyond which those that hold little go on', () => {
    fill('a', 'b', 'c', 'd');
    expect(() => held.take('e', 101)).toThrow(refusal);
    held.take('e', 100);
    expect(() => held.take('e', 1)).toThrow(refusal);
    expect(() => held.admit('f')).not.toThrow();
    held.give('a', 1_600);
    held.take('e', 1_000);
  });

  it('is no answer any more once that is read', () => {
    const read = held.unread('a', 3_000, () => {});
    expect(() => held.admit('a')).toThrow(refusal);
    read();
    read();
    held.take('a', 1_600);
  });

  it('is given up, the oldest first, where an answer stays unread and the place is needed', () => {
    const dropped: string[] = [];
    const answer = (name: string) => held.unread('a', 1_000, () => void dropped.push(name));
    const reads = ['first', 'second'].map(answer);
    now = 29_999;
    expect(() => held.admit('a')).toThrow(refusal);
    now = 30_000;
    answer('third');
    held.admit('b');
    expect(dropped).toEqual([]);
    held.admit('a');
    expect(dropped).toEqual(['first', 'second']);
    for (const read of reads) read();
    held.take('a', 600);
    expect(() => held.take('a', 1)).toThrow(refusal);
  });

  it('never comes to more than twice the limit, however young the answers are', () => {
    const dropped: number[] = [];
    const reads = [1, 2, 3, 4, 5].map((name) => held.unread('a', 1_000, () => void dropped.push(name)));
    expect(dropped).toEqual([1, 2]);
    for (const read of reads) read();
    held.unread('a', 10_000, () => void dropped.push(6));
    expect(dropped).toEqual([1, 2]);
    expect(() => held.admit('a')).toThrow(refusal);
  });

  it.each([
    [512 * MEBIBYTE, 256],
    [100 * MEBIBYTE, 256],
    [4_096 * MEBIBYTE, 512],
    [65_536 * MEBIBYTE, 1_024],
  ])('may be part of %d bytes of memory: %d MiB', (memory, total) => {
    const limits = heldLimits((whole) => whole, memory);
    expect(limits).toEqual({ total: total * MEBIBYTE, perTenant: (total / 4) * MEBIBYTE });
    expect(heldLimits((whole) => whole / 2, memory).total).toBe((total / 2) * MEBIBYTE);
  });
});
