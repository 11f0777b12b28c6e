/** Rows of the column query and of the comments in, columns by relation out. Pure. */
import { eachInSlices, type Slices } from '../slices.js';
import { flag, integer, optionalText, text, type CatalogRow } from './catalog-row.js';
import type { Column } from './table.js';
import type { Types } from './types.js';

/** By relation's oid and column's number, in the relation's order. */
export type ColumnsByRelation = ReadonlyMap<string, ReadonlyMap<number, Column>>;

/** @param commentOf comment on a column, by its relation's oid and its number. */
export function* assembleColumns(
  rows: readonly CatalogRow[],
  types: Types,
  commentOf: (relation: string, number: number) => string | undefined,
): Slices<ColumnsByRelation> {
  const byRelation = new Map<string, Map<number, Column>>();
  yield* eachInSlices(rows, (row) => {
    const relation = text(row, 0);
    let columns = byRelation.get(relation);
    if (columns === undefined) byRelation.set(relation, (columns = new Map()));
    const number = integer(row, 1);
    columns.set(number, assembleColumn(row, types, commentOf(relation, number)));
  });
  return byRelation;
}

function assembleColumn(row: CatalogRow, types: Types, description: string | undefined): Column {
  const type = text(row, 4);
  const ownModifier = integer(row, 5);
  const domain = types.domain(type);
  const baseType = domain?.base.printed ?? text(row, 7);
  const modifier = ownModifier === -1 && domain !== undefined ? domain.modifier : ownModifier;
  return {
    name: text(row, 2),
    description,
    nullable: !flag(row, 3) && domain?.required !== true,
    nominalType: text(row, 6),
    baseType,
    maxLength: maxLengthOf(baseType, modifier),
    defaultExpression: optionalText(row, 10) ?? (flag(row, 9) ? types.defaultOf(type) : undefined),
    generated: flag(row, 8),
    enumValues: types.labelsOf(domain?.base.oid ?? type),
  };
}

/** Modifiers of the character types count a header of four bytes. */
const HEADER = 4;

function maxLengthOf(baseType: string, modifier: number): number | undefined {
  switch (baseType) {
    case 'character':
    case 'character varying':
      return modifier > HEADER ? modifier - HEADER : undefined;
    case 'bit':
    case 'bit varying':
      return modifier > 0 ? modifier : undefined;
    default:
      return undefined;
  }
}
