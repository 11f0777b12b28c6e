/** A PostgreSQL type's name in, what JSON Schema says of its values out; and a default's SQL text as a JSON value. */

export type JsonType = 'string' | 'boolean' | 'integer' | 'number' | 'array';

export interface ValueShape {
  /** undefined for json: any value. */
  readonly type: JsonType | undefined;
  readonly format: string;
  /** Type of an array's elements: present for arrays, empty when they are json. */
  readonly items: { readonly type?: JsonType } | undefined;
}

const integerFormats: ReadonlyMap<string, string> = new Map([
  ['smallint', 'int32'],
  ['integer', 'int32'],
  ['bigint', 'int64'],
]);
const numbers: readonly string[] = ['numeric', 'real', 'double precision'];
const anything: readonly string[] = ['json', 'jsonb'];

/** @param type as PostgreSQL prints it, without length: `integer`, `text[]`, `api.mood` */
export function valueShape(type: string): ValueShape {
  const jsonType = jsonTypeOf(type);
  const element = jsonType === 'array' ? jsonTypeOf(elementOf(type)) : undefined;
  return {
    type: jsonType,
    format: integerFormats.get(type) ?? type,
    items: jsonType !== 'array' ? undefined : element === undefined ? {} : { type: element },
  };
}

export function elementOf(type: string): string {
  return type.endsWith('[]') ? type.slice(0, -2) : type;
}

function jsonTypeOf(type: string): JsonType | undefined {
  if (type.endsWith('[]')) return 'array';
  if (integerFormats.has(type)) return 'integer';
  if (numbers.includes(type)) return 'number';
  if (type === 'boolean') return 'boolean';
  return anything.includes(type) ? undefined : 'string';
}

/**
 * A text's literal without quotes and cast; of other types only what is a JSON value as it stands (`10`, `true`). Other
 * expressions are shown as they are where a text is expected, and not at all elsewhere.
 */
export function defaultValue(expression: string | undefined, type: string): unknown {
  if (expression === undefined) return undefined;
  if (jsonTypeOf(type) !== 'string') return jsonValue(expression);
  const cast = `::${type}`;
  const text = expression.endsWith(cast) ? expression.slice(0, -cast.length).replace(/^'+|'+$/g, '') : expression;
  return jsonValue(`"${text}"`);
}

/**
 * A number's literal as the dialect spells it: at least one and no needless digit behind the point, small and large ones as
 * powers of ten (`1.50` is 1.5, `2.00` is 2.0, `0.05` is 5.0e-2). undefined for what is no JSON number.
 */
export function defaultNumber(expression: string | undefined, type: string): string | undefined {
  const jsonType = jsonTypeOf(type);
  if (expression === undefined || (jsonType !== 'number' && jsonType !== 'integer')) return undefined;
  const [, whole, fraction = ''] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(expression) ?? [];
  if (whole === undefined) return undefined;
  return fraction === '' ? whole : fractionalNumber(whole, fraction);
}

function fractionalNumber(whole: string, fraction: string): string {
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return '0.0';
  // Where the point stands, counted from before the first digit that counts.
  const point = whole === '0' ? -fraction.search(/[1-9]/) : whole.length;
  if (point < 0 || point > 7) return `${digits[0]}.${digits.slice(1) || '0'}e${point - 1}`;
  return `${digits.slice(0, point).padEnd(point, '0') || '0'}.${digits.slice(point) || '0'}`;
}

/** undefined too for an integer that JavaScript cannot hold. */
function jsonValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' && /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
