import { atOnce } from '../slices.js';
import { assembleTables, type TableRows } from './assemble-tables.js';
import { Types } from './types.js';

const column = (relation: string, number: string, name: string) =>
  [relation, number, name, 't', '23', '-1', 'integer', 'integer', 'f', 't', null] as const;

/** parents (id), children (id, parent_id -> parents), as the catalogs say it. */
const rows: TableRows = {
  relations: [
    ['2', '1', 'children', 'r', '12', 'f', null],
    ['3', '1', 'parents', 'r', '13', 'f', null],
  ],
  columns: [column('2', '1', 'id'), column('2', '2', 'parent_id'), column('3', '1', 'id')],
  relationComments: [],
  keys: [
    ['f', '2', 'child_of', '{2}', '3', '{1}'],
    ['p', '2', 'children_pkey', '{1}', '0', null],
    ['p', '3', 'parents_pkey', '{1}', '0', null],
  ],
  views: [],
};

const assemble = (given: Partial<TableRows>) => {
  const { tables, foreignKeys } = atOnce(
    assembleTables({ ...rows, ...given }, new Map([['1', 'api']]), new Types([], [])),
  );
  return { keys: tables.map(({ name, primaryKey }) => [name, ...primaryKey]), foreignKeys };
};

describe('tables of what the catalogs say', () => {
  it('have their keys by the names of columns', () => {
    expect(assemble({})).toEqual({
      keys: [
        ['children', 'id'],
        ['parents', 'id'],
      ],
      foreignKeys: [
        {
          constraint: 'child_of',
          oneToOne: false,
          origins: [{ table: 0, columns: ['parent_id'] }],
          targets: [{ table: 1, columns: ['id'] }],
        },
      ],
    });
  });

  it('go without a key whose column came or went while the catalogs were read', () => {
    const without = (relation: string, number: string) =>
      assemble({ columns: rows.columns.filter((row) => row[0] !== relation || row[1] !== number) });
    expect(without('2', '2')).toEqual({
      keys: [
        ['children', 'id'],
        ['parents', 'id'],
      ],
      foreignKeys: [],
    });
    expect(without('3', '1')).toEqual({ keys: [['children', 'id'], ['parents']], foreignKeys: [] });
  });

  it('are none of a schema that was renamed while the catalogs were read', () => {
    const elsewhere = ['4', '9', 'elsewhere', 'r', '14', 'f', null] as const;
    expect(assemble({ relations: [...rows.relations, elsewhere] })).toEqual(assemble({}));
  });
});
