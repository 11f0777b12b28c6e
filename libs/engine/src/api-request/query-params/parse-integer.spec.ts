import { parseInteger } from './parse-integer.js';

describe('an integer', () => {
  it.each<[string, bigint | undefined]>([
    ['5', 5n],
    [' 5 ', 5n],
    ['007', 7n],
    ['((5))', 5n],
    ['(-1)', -1n],
    ['- 1', -1n],
    ['-0', 0n],
    ['0x5', 5n],
    ['0o7', 7n],
    ['0b101', 5n],
    ['99999999999999999999', 99999999999999999999n],
    ['', undefined],
    ['+5', undefined],
    ['--1', undefined],
    ['1.5', undefined],
    ['5.', undefined],
    ['1e1', undefined],
    ['5_0', undefined],
    ['5n', undefined],
    ['NaN', undefined],
    ['١', undefined],
    ['0x', undefined],
    ['9'.repeat(10_001), undefined],
  ])('%p', (text, expected) => {
    expect(parseInteger(text)).toBe(expected);
  });
});
