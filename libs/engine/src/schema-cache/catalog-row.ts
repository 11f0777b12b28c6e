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

export function optionalInteger(row: CatalogRow, field: number): number | undefined {
  const value = row[field];
  return value == null ? undefined : Number(value);
}

export function textList(row: CatalogRow, field: number): readonly string[] {
  return list(row, field).map(String);
}

export function integerList(row: CatalogRow, field: number): readonly number[] {
  return list(row, field).map(Number);
}

/** A JSON array of arrays; true and false become `t` and `f`, so that each is read like a row. */
export function nestedRows(row: CatalogRow, field: number): readonly CatalogRow[] {
  return list(row, field).map((nested) => {
    if (!Array.isArray(nested)) throw new InternalError(`catalog field ${field} is no list of lists`);
    return nested.map((value: unknown) => {
      if (typeof value === 'boolean') return value ? 't' : 'f';
      return value == null ? null : String(value);
    });
  });
}

/** A missing list is an empty one. */
function list(row: CatalogRow, field: number): readonly unknown[] {
  const parsed: unknown = JSON.parse(row[field] ?? '[]');
  if (!Array.isArray(parsed)) throw new InternalError(`catalog field ${field} is no list`);
  return parsed;
}
