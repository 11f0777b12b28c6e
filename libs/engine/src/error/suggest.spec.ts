import { argumentsSimilarity, suggest } from './suggest.js';

const names = ['series', 'maps', 'all_maps', 'CamelCase', 'sp ace', 'gauges', 'unnamed_text', 'Box & Crate'];

describe('a suggestion for a name', () => {
  it.each([
    ['serie', 'series'],
    ['ser\0ies', 'series'],
    ['camelcase', 'CamelCase'],
    ['sp+ace', 'sp ace'],
    ['all_map', 'all_maps'],
    ['unnamed_int', 'unnamed_text'],
    ['"Box & Crate"', 'Box & Crate'],
    ['gauges_2019', undefined],
    ['nowhere', undefined],
    ['a,b', undefined],
    ['', undefined],
  ])('for %p is %p', (wrong, expected) => {
    expect(suggest(wrong, names)).toBe(expected);
  });

  it('is, of names that differ in as many letters, the one that shares more pieces', () => {
    expect(suggest('film_list', ['film_mist', 'film_lisp'])).toBe('film_lisp');
  });
});

describe('of several candidates', () => {
  it('the last of equally alike ones is meant', () => {
    expect(suggest('film_x', ['film_a', 'film_b'])).toBe('film_b');
    expect(suggest('FILMS', ['Films', 'films', 'film'])).toBe('films');
  });

  it('is an underscore no letter when pieces are compared, and one when letters are', () => {
    expect(suggest('film_list', ['film_lits', 'filml_ist'])).toBe('filml_ist');
  });

  it('only the fifty that share most pieces are compared letter by letter', () => {
    const sharing = Array.from({ length: 50 }, (_, index) => `efghabcd${index}`);
    expect(suggest('abcdefgh', ['abxdefyh', ...sharing.slice(1)])).toBe('abxdefyh');
    expect(suggest('abcdefgh', ['abxdefyh', ...sharing])).toBeUndefined();
  });
});

describe('a suggestion for argument lists', () => {
  it.each([
    ['(x, y)', ['(a, b)'], '(a, b)'],
    ['(whom)', ['(since, who)'], '(since, who)'],
    ['(a)', ['()'], undefined],
    ['()', ['(a, b)'], undefined],
    ['()', ['()'], '()'],
    ['(txt)', ['(doubled, num)'], undefined],
  ])('for %p of %p is %p', (wrong, candidates, expected) => {
    expect(suggest(wrong, candidates, argumentsSimilarity)).toBe(expected);
  });
});

describe('the cost of a suggestion', () => {
  it('is bounded for many long names and for a huge wrong one', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `${'x'.repeat(55)}${index}`);
    const before = process.cpuUsage();
    suggest(`${'x'.repeat(54)}y999999`, many);
    suggest('x'.repeat(2_000_000), many);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(3_000_000);
  });
});
