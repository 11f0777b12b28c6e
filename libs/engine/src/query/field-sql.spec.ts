import { api, films } from '../../test/film-plan.js';
import { parseSelect } from '../api-request/query-params/parse-select.js';
import { InternalError } from '../error/engine-error.js';
import { resolveField, type ResolvedField } from '../plan/resolved-field.js';
import { fieldSql, shownFieldSql } from './field-sql.js';
import { compile } from './sql.js';

function field(text: string): ResolvedField {
  const [item] = parseSelect(text);
  if (item?.kind !== 'field') throw new InternalError('no field');
  return resolveField(item.field, 'output', { schema: films, table: films.table(api('films')) });
}

const of = { schema: '', name: 'f' };

describe('fieldSql', () => {
  it.each([
    ['title', '"f"."title"', []],
    ['meta->a->>b', '"f"."meta"->$1->>$2', ['a', 'b']],
    ['meta->0->>-1', '"f"."meta"->$1::int->>$2::int', ['+0', '-1']],
    ['tags->0', 'to_jsonb("f"."tags")->$1::int', ['+0']],
    ['zzz->a', 'to_jsonb("f"."zzz")->$1', ['a']],
    ['colour', '"f"."colour"', []],
  ])('%s', (text, expected, values) => {
    expect(compile(fieldSql(field(text), of))).toEqual({ text: expected, values });
  });

  it('makes json of a domain over json', () => {
    const meta = { ...field('meta->a'), type: 'api.doc' };
    expect(compile(fieldSql(meta, of)).text).toBe('to_jsonb("f"."meta")->$1');
  });

  it('shows a domain by its function, and so a value inside it', () => {
    expect(compile(shownFieldSql(field('colour'), of)).text).toBe('"api"."colour_to_json"("f"."colour")');
    expect(compile(shownFieldSql(field('colour->a'), of)).text).toBe(
      '"api"."colour_to_json"(to_jsonb("f"."colour")->$1)',
    );
  });
});
