import { copiedColumns } from './view-columns.js';

const entry = (
  resno: number,
  name: string,
  table: number,
  column: number,
  expression = '{VAR :varno 1 :location -1}',
) =>
  `{TARGETENTRY :expr ${expression} :resno ${resno} :resname ${name} :ressortgroupref 0 :resorigtbl ${table} :resorigcol ${column} :resjunk false}`;

const query = (entries: string, more = '') =>
  `({QUERY :commandType 1 :cteList <> :rtable ({RANGETBLENTRY :alias <> :eref {ALIAS :aliasname t :colnames ("id" "a\\ b")} :rtekind 0 :relid 16503${more}}) :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>} :targetList (${entries}) :override 0 :setOperations <> :stmt_len -1})`;

describe('columns that a view copies', () => {
  test.each([
    ['none', query(''), []],
    [
      'two of one table, renamed',
      query(`${entry(1, 'id', 16503, 1)} ${entry(2, 'name', 16503, 7)}`),
      [
        { column: 1, originRelation: '16503', originColumn: 1 },
        { column: 2, originRelation: '16503', originColumn: 7 },
      ],
    ],
    [
      'an expression, a system column and a hidden column are no copies',
      query(
        `${entry(1, 'sum', 0, 0)} ${entry(2, 'ctid', 16503, -1)} ${entry(3, 'x', 16503, 3).replace('resjunk false', 'resjunk true')}`,
      ),
      [],
    ],
    [
      'names with escaped braces and spaces',
      query(entry(1, 'odd\\ \\}\\ \\{\\ \\\\', 16503, 4)),
      [{ column: 1, originRelation: '16503', originColumn: 4 }],
    ],
    [
      'target lists of sub-selects do not count',
      query(entry(1, 'n', 16503, 2), ` :subquery {QUERY :targetList (${entry(1, 'inner', 99, 9)}) :setOperations <>}`),
      [{ column: 1, originRelation: '16503', originColumn: 2 }],
    ],
    [
      'nor do those inside an entry’s expression',
      query(entry(1, 'n', 0, 0, `{SUBLINK :subselect {QUERY :targetList (${entry(1, 'inner', 99, 9)})} :location 3}`)),
      [],
    ],
  ])('%s', (_, tree, columns) => {
    expect(copiedColumns(tree)).toEqual(columns);
  });

  test('a megabyte takes a moment', () => {
    const startedAt = performance.now();
    expect(copiedColumns(query(entry(1, 'n', 16503, 2), ' {NODE :x 1}'.repeat(100_000)))).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
