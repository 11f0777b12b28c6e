import { rangeSql } from './range-sql.js';
import { compile } from './sql.js';

describe('rangeSql', () => {
  it.each([
    [{ offset: 0n, limit: undefined }, '', []],
    [{ offset: 0n, limit: 5n }, ' limit $1', ['5']],
    [{ offset: 3n, limit: undefined }, ' offset $1', ['3']],
    [{ offset: 3n, limit: 0n }, ' limit $1 offset $2', ['0', '3']],
    [{ offset: 99999999999999999999n, limit: -1n }, ' limit $1 offset $2', ['-1', '99999999999999999999']],
  ])('%#', (range, text, values) => {
    expect(compile(rangeSql(range))).toEqual({ text, values });
  });
});
