import type { OrderTerm } from './ast.js';
import { parseOrder } from './parse-order.js';

const by = (name: string, direction?: 'asc' | 'desc', nulls?: 'first' | 'last'): OrderTerm => ({
  kind: 'field',
  field: { name, path: [] },
  direction,
  nulls,
});

describe('an order', () => {
  it.each<[string, readonly OrderTerm[]]>([
    ['id', [by('id')]],
    ['id.asc,b.desc', [by('id', 'asc'), by('b', 'desc')]],
    ['id.nullsfirst', [by('id', undefined, 'first')]],
    ['id.desc.nullslast', [by('id', 'desc', 'last')]],
    [' a , "b.desc".asc', [by('a'), by('b.desc', 'asc')]],
    [
      'doc->>n.desc',
      [
        {
          kind: 'field',
          field: { name: 'doc', path: [{ result: 'text', operand: { kind: 'key', key: 'n' } }] },
          direction: 'desc',
          nulls: undefined,
        },
      ],
    ],
    [
      'author(name).desc.nullslast',
      [{ kind: 'relation', relation: 'author', field: { name: 'name', path: [] }, direction: 'desc', nulls: 'last' }],
    ],
  ])('%p', (text, expected) => {
    expect(parseOrder(text)).toEqual(expected);
  });
});

describe('a mistake', () => {
  it.each([
    ['', 1],
    ['*', 1],
    [',id', 1],
    ['id,', 4],
    ['id,,b', 4],
    ['.id', 1],
    ['id.', 4],
    ['id.up', 4],
    ['id.desc ', 8],
    ['id.desc.x', 9],
    ['id.asc.asc', 8],
    ['id.nullsfirst.asc', 14],
    ['id.desc.nullsfirst.nullslast', 19],
    ['author()', 7],
    ['author!fk(name)', 7],
  ])('in %p is at column %i', (text, column) => {
    expect(() => parseOrder(text)).toThrow(
      expect.objectContaining({
        code: 'PGRST100',
        message: `"failed to parse order (${text})" (line 1, column ${column})`,
      }),
    );
  });
});
