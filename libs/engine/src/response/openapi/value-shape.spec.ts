import { defaultNumber, defaultValue, valueShape } from './value-shape.js';

describe('shapes of values', () => {
  test.each([
    ['smallint', { type: 'integer', format: 'int32', items: undefined }],
    ['bigint', { type: 'integer', format: 'int64', items: undefined }],
    ['double precision', { type: 'number', format: 'double precision', items: undefined }],
    ['boolean', { type: 'boolean', format: 'boolean', items: undefined }],
    ['character varying', { type: 'string', format: 'character varying', items: undefined }],
    ['api.mood', { type: 'string', format: 'api.mood', items: undefined }],
    ['jsonb', { type: undefined, format: 'jsonb', items: undefined }],
    ['integer[]', { type: 'array', format: 'integer[]', items: { type: 'integer' } }],
    ['json[]', { type: 'array', format: 'json[]', items: {} }],
    ['constructor', { type: 'string', format: 'constructor', items: undefined }],
  ])('%s', (type, shape) => {
    expect(valueShape(type)).toEqual(shape);
  });

  test.each<[string | undefined, string, unknown]>([
    [undefined, 'text', undefined],
    [`'untitled'::text`, 'text', 'untitled'],
    [`''::text`, 'text', ''],
    [`'x'::character varying`, 'character varying', 'x'],
    [`'so so'::api.mood`, 'api.mood', 'so so'],
    [`(lower('ABC'::text) || '-z'::text)`, 'text', `(lower('ABC'::text) || '-z'::text)`],
    [`CURRENT_DATE`, 'date', 'CURRENT_DATE'],
    [`'say "x"'::text`, 'text', undefined],
    ['10', 'integer', 10],
    ['0.25', 'numeric', 0.25],
    [`'-1'::integer`, 'integer', undefined],
    [`nextval('api.s'::regclass)`, 'integer', undefined],
    ['9007199254740993', 'bigint', undefined],
    ['true', 'boolean', true],
    [`'{}'::text[]`, 'text[]', undefined],
    [`'{"k": 1}'::jsonb`, 'jsonb', undefined],
  ])('default %s of %s', (expression, type, value) => {
    expect(defaultValue(expression, type)).toEqual(value);
  });
});

describe('a number as the dialect spells it', () => {
  test.each([
    ['10', 'integer', '10'],
    ['12345678901234567890', 'numeric', '12345678901234567890'],
    ['0', 'numeric', '0'],
    ['0.00', 'numeric', '0.0'],
    ['1.50', 'numeric', '1.5'],
    ['2.0', 'real', '2.0'],
    ['100.00', 'double precision', '100.0'],
    ['0.25', 'numeric', '0.25'],
    ['0.05', 'numeric', '5.0e-2'],
    ['0.00125', 'numeric', '1.25e-3'],
    ['1234567.5', 'numeric', '1234567.5'],
    ['12345678.5', 'numeric', '1.23456785e7'],
    [`'-1'::integer`, 'integer', undefined],
    ['true', 'boolean', undefined],
    ['1.0', 'text', undefined],
    [undefined, 'integer', undefined],
  ])('%s of %s is %s', (expression, type, text) => {
    expect(defaultNumber(expression, type)).toBe(text);
  });
});
