import { allRows, intersectRanges, parseRangeHeader, type Range } from './range.js';

describe('a Range header', () => {
  it.each<[string, Range | undefined]>([
    ['0-9', { offset: 0n, limit: 10n }],
    [' 5-', { offset: 5n, limit: undefined }],
    ['5-2', { offset: 5n, limit: -2n }],
    ['0-99999999999999999999', { offset: 0n, limit: 100000000000000000000n }],
    ['', undefined],
    ['abc', undefined],
    ['-5', undefined],
    ['items=0-4', undefined],
    ['0-4,6-9', undefined],
    ['9'.repeat(5000), undefined],
  ])('%p', (text, expected) => {
    expect(parseRangeHeader(text)).toEqual(expected);
  });
});

describe('two ranges', () => {
  it.each<[Range, Range, Range]>([
    [allRows, allRows, allRows],
    [
      { offset: 8n, limit: 4n },
      { offset: 5n, limit: 5n },
      { offset: 8n, limit: 2n },
    ],
    [
      { offset: 0n, limit: 3n },
      { offset: 0n, limit: 10n },
      { offset: 0n, limit: 3n },
    ],
    [
      { offset: 5n, limit: undefined },
      { offset: 0n, limit: 10n },
      { offset: 5n, limit: 5n },
    ],
    [{ offset: -1n, limit: 2n }, allRows, { offset: 0n, limit: 1n }],
    [
      { offset: 20n, limit: 5n },
      { offset: 0n, limit: 10n },
      { offset: 20n, limit: -10n },
    ],
  ])('%p and %p meet in %p', (left, right, expected) => {
    expect(intersectRanges(left, right)).toEqual(expected);
    expect(intersectRanges(right, left)).toEqual(expected);
  });
});
