import { shareOf } from './share.js';

const shares = (whole: number, workers: number) =>
  Array.from({ length: workers }, (_none, slot) => shareOf({ kind: 'worker', slot, workers })(whole));

describe('shareOf', () => {
  it.each<[number, number, readonly number[]]>([
    [400, 2, [200, 200]],
    [10, 4, [3, 3, 2, 2]],
    [7, 1, [7]],
    [2, 3, [1, 1, 1]],
  ])('divides %i among %i workers', (whole, workers, expected) => {
    expect(shares(whole, workers)).toEqual(expected);
  });

  it('leaves everything to a process that is alone', () => {
    expect(shareOf({ kind: 'alone' })(400)).toBe(400);
  });
});
