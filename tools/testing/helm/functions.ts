/** The functions that the chart's templates call, as Helm has them (Go's own, sprig's, Helm's). */
import { stringify } from 'yaml';
import { TemplateError } from './parse-template.js';

/** As after reading YAML; integers that passed `int` are bigint, since Go prints them in another way. */
export type Value =
  string | number | bigint | boolean | undefined | null | readonly Value[] | { readonly [key: string]: Value };

export function holds(value: Value): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

/** What a template prints. @throws TemplateError for maps and lists, which Go would print in words of its own */
export function print(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') throw new TemplateError('a map or a list is printed');
  return typeof value === 'number' ? goFloat(value) : String(value);
}

/** Numbers of values are floats to Go: a million is 1e+06 unless `int` came before. */
function goFloat(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 21 && !(Number.isInteger(value) && exponent >= 6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

const text = (value: Value): string => {
  if (typeof value !== 'string') throw new TemplateError(`${JSON.stringify(value)} is not text`);
  return value;
};
const number = (value: Value): number => {
  const parsed = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (Number.isNaN(parsed)) throw new TemplateError(`${String(value)} is not a number`);
  return parsed;
};
const indented = (width: Value, value: Value) => text(value).replaceAll(/^/gm, ' '.repeat(number(width)));

/** `include` needs the templates, and is added where those are. */
export const functions: Readonly<Record<string, (...args: readonly Value[]) => Value>> = {
  contains: (part, whole) => text(whole).includes(text(part)),
  default: (fallback, value) => (holds(value) ? value : fallback),
  dict(...pairs) {
    const entries = pairs.flatMap((key, at) => (at % 2 === 0 ? [[text(key), pairs[at + 1]] as const] : []));
    return Object.fromEntries(entries);
  },
  gt: (a, b) => number(a) > number(b),
  int: (value) => BigInt(Math.trunc(number(value))),
  join: (separator, list) => (Array.isArray(list) ? list.map(print).join(text(separator)) : print(list)),
  nindent: (width, value) => `\n${indented(width, value)}`,
  not: (value) => !holds(value),
  printf(format, ...args) {
    let at = 0;
    return text(format).replaceAll(/%(.)/g, (verb, letter: string) => {
      if (letter !== 's') throw new TemplateError(`printf knows ${verb} not`);
      return text(args[at++]);
    });
  },
  quote: (value) => (value === null || value === undefined ? '' : JSON.stringify(print(value))),
  replace: (from, to, value) => text(value).replaceAll(text(from), text(to)),
  required(message, value) {
    if (value === undefined || value === null || value === '') throw new TemplateError(text(message));
    return value;
  },
  toYaml: (value) => stringify(value, { lineWidth: 0 }).trimEnd(),
  trimSuffix: (suffix, value) =>
    text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : value,
  trunc: (length, value) => text(value).slice(0, number(length)),
};
