/** One row of a catalog query in, its fields as what they are out. A field that is not what its query promises is a bug. */
import { InternalError } from '../error/engine-error.js';

export type CatalogRow = readonly (string | null)[];

export function text(row: CatalogRow, field: number): string {
  const value = row[field];
  if (value == null) throw new InternalError(`catalog field ${field} is null: ${row.join('|')}`);
  return value;
}

export function optionalText(row: CatalogRow, field: number): string | undefined {
  return row[field] ?? undefined;
}

export function flag(row: CatalogRow, field: number): boolean {
  return text(row, field) === 't';
}

export function integer(row: CatalogRow, field: number): number {
  return Number(text(row, field));
}

/** A missing array is an empty one. */
export function textArray(row: CatalogRow, field: number): readonly string[] {
  return parseArray(row[field] ?? '{}');
}

export function integerArray(row: CatalogRow, field: number): readonly number[] {
  return textArray(row, field).map(Number);
}

/** Values of one field by another, in the order of the rows. */
export function listsBy(
  rows: readonly CatalogRow[],
  key: number,
  value: number,
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const row of rows) {
    const list = lists.get(text(row, key));
    if (list === undefined) lists.set(text(row, key), [text(row, value)]);
    else list.push(text(row, value));
  }
  return lists;
}

const quotedOrPlain = /"((?:[^"\\]|\\.)*)"|[^,{}]+/gs;

/**
 * An array of one dimension as PostgreSQL prints it, without nulls: `{a,"b c"}`, or `[0:1]={a,b}` where it does not start at 1.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
function parseArray(printed: string): readonly string[] {
  const elements = printed.slice(printed.indexOf('{') + 1, -1);
  if (elements === '') return [];
  if (!elements.includes('"')) return elements.split(',');
  return Array.from(elements.matchAll(quotedOrPlain), ([plain, quoted]) =>
    quoted === undefined ? plain : quoted.replaceAll(/\\(.)/gs, '$1'),
  );
}
