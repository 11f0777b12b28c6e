import { Generations } from './generations.js';

describe('generations', () => {
  it('weigh an entry once, however often it is set', () => {
    const kept = new Generations<number>({ entries: 10, characters: 100 });
    kept.set('other', 0, 10);
    for (let time = 1; time <= 100; time += 1) kept.set('same', time, 10);
    // Had they been weighed each time, two generations would have gone by.
    expect([kept.get('other'), kept.get('same')]).toEqual([0, 100]);
  });

  it('keep what is used when the rest goes, and nothing that is too heavy', () => {
    const kept = new Generations<number>({ entries: 3, characters: 1_000 });
    kept.set('used', 0, 1);
    kept.set('unused', 0, 1);
    for (let at = 0; at < 10; at += 1) {
      kept.set(`k${at}`, at, 1);
      expect(kept.get('used')).toBe(0);
    }
    kept.set('heavy', 1, 126);
    expect([kept.get('unused'), kept.get('heavy')]).toEqual([undefined, undefined]);
  });
});
