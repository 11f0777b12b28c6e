import { jest } from '@jest/globals';
import { Rounds } from './rounds.js';

describe('rounds', () => {
  let looks: number;
  let told: number[];
  let isBroken: boolean;
  let rounds: Rounds;
  const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

  beforeEach(() => {
    jest.useFakeTimers();
    looks = 0;
    told = [];
    isBroken = false;
    const look = async () => {
      looks += 1;
      if (isBroken) throw new Error('away');
    };
    rounds = new Rounds(look, { everyMs: 2_000, onError: (_error, retryInMs) => void told.push(retryInMs) });
    rounds.start();
  });
  afterEach(async () => {
    await rounds.stop();
    jest.useRealTimers();
  });

  it('go on at their pace', async () => {
    await pass(10_000);
    expect([looks, told]).toEqual([5, []]);
  });

  it('come seldomer, up to once a minute, while they fail, and at their pace again when one succeeds', async () => {
    isBroken = true;
    await pass(600_000);
    expect(told.slice(0, 6)).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(looks).toBe(told.length);
    expect(looks).toBeLessThan(15);
    isBroken = false;
    await pass(60_000);
    const before = looks;
    await pass(10_000);
    expect(looks).toBe(before + 5);
    isBroken = true;
    await pass(2_000);
    expect(told.at(-1)).toBe(4_000);
  });
});
