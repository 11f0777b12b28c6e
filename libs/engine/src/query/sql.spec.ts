import { column, compile, empty, ident, isEmpty, join, literal, param, qualified, raw, sql, typeName } from './sql.js';

describe('sql', () => {
  it.each([
    [ident('plain'), '"plain"'],
    [ident('qu"ote'), '"qu""ote"'],
    [ident('a\0b'), '"a"'],
    [qualified({ schema: 'Depot Nord', name: 'a.b' }), '"Depot Nord"."a.b"'],
    [qualified({ schema: '', name: 'cte' }), '"cte"'],
    [column({ schema: 'api', name: 'films' }, 'id'), '"api"."films"."id"'],
    [literal("it's"), "'it''s'"],
    [literal('back\\slash'), " E'back\\\\slash'"],
    [raw('character varying(20)'), 'character varying(20)'],
    [typeName('double precision'), 'double precision'],
    [typeName(''), ''],
    [join([ident('a'), empty, ident('b')], ', '), '"a", "b"'],
    [join([], ', '), ''],
  ])('writes %#', (fragment, text) => {
    expect(compile(fragment)).toEqual({ text, values: [] });
  });

  it('numbers parameters in the order of the text, whatever the nesting', () => {
    const inner = sql`${ident('b')} = ${param('two')}`;
    const whole = sql`select ${param('one')} where ${inner} and ${ident('c')} = ${param(null)}`;
    expect(compile(whole)).toEqual({
      text: 'select $1 where "b" = $2 and "c" = $3',
      values: ['one', 'two', null],
    });
  });

  it('keeps its text when values change', () => {
    const text = (value: string): string => compile(sql`select ${param(value)}`).text;
    expect(text("'; drop table films --")).toBe(text('x'));
  });

  it.each(['int[]', 'numeric(1)', 'int; drop table films', 'a"b'])('refuses %j as the name of a type', (name) => {
    expect(() => typeName(name)).toThrow('not the name of a type');
  });

  it('knows nothing from something', () => {
    expect([isEmpty(empty), isEmpty(join([empty], ',')), isEmpty(sql`x`)]).toEqual([true, true, false]);
  });
});
