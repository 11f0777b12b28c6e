import { KeyEnds } from './key-ends.js';
import type { CopiedColumn } from './view-columns.js';

const copy = (column: number, originRelation: string, originColumn: number): CopiedColumn => ({
  column,
  originRelation,
  originColumn,
});

/** Base table `t` (2 columns of a key), views over it: `v`, `w` over `v`, `twice`, `half`; all but `hidden` exposed. */
const views = new Map([
  ['v', [copy(1, 't', 2), copy(2, 't', 1)]],
  ['w', [copy(5, 'v', 1), copy(6, 'v', 2)]],
  ['twice', [copy(1, 't', 1), copy(2, 't', 1), copy(3, 't', 2)]],
  ['half', [copy(1, 't', 1)]],
  ['hidden', [copy(1, 't', 1), copy(2, 't', 2)]],
  ['over_hidden', [copy(3, 'hidden', 1), copy(4, 'hidden', 2), copy(5, 'hidden', 9)]],
]);
const ends = new KeyEnds((relation) => relation !== 'hidden' && relation !== 'secret', views);

describe('where a key is shown', () => {
  test('by the table, by views over it at any depth, in the order of the key', () => {
    expect(ends.shown({ relation: 't', columns: [1, 2] })).toEqual([
      { relation: 't', columns: [1, 2] },
      { relation: 'v', columns: [2, 1] },
      { relation: 'w', columns: [6, 5] },
      { relation: 'twice', columns: [1, 3] },
      { relation: 'twice', columns: [2, 3] },
      { relation: 'over_hidden', columns: [3, 4] },
    ]);
  });

  test('a table that is not exposed shows nothing itself', () => {
    expect(ends.shown({ relation: 'secret', columns: [1] })).toEqual([]);
  });

  test('views that read one another in a circle show no key', () => {
    const circle = new KeyEnds(
      () => true,
      new Map([
        ['v', [copy(1, 'w', 1), copy(2, 't', 1)]],
        ['w', [copy(1, 'v', 1), copy(2, 'v', 2)]],
        ['over', [copy(1, 'w', 1)]],
        ['itself', [copy(1, 'itself', 1)]],
      ]),
    );
    expect(circle.shown({ relation: 't', columns: [1] })).toEqual([
      { relation: 't', columns: [1] },
      { relation: 'v', columns: [2] },
      { relation: 'w', columns: [2] },
    ]);
  });

  test('ways to show a key are bounded', () => {
    const wide = Array.from({ length: 60 }, (_, index) => copy(index + 1, 't', (index % 3) + 1));
    const many = new KeyEnds(() => true, new Map([['wide', wide]]));
    expect(many.shown({ relation: 't', columns: [1, 2, 3] })).toHaveLength(1 + 256);
  });
});
