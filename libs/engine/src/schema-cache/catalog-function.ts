/**
 * A row of the query for functions in, its fields under their names out: what routines, computed relationships and media
 * handlers are made of.
 */
import type { QualifiedIdentifier } from '../identifiers.js';
import { flag, integer, optionalText, text, textArray, type CatalogRow } from './catalog-row.js';

export interface CatalogFunction {
  readonly identifier: QualifiedIdentifier;
  readonly isAggregate: boolean;
  readonly description: string | undefined;
  /** Of all arguments, OUT ones too; empty where none has a name. An unnamed one among others is empty. */
  readonly argumentNames: readonly string[];
  /** Of the input arguments, as PostgreSQL prints them with an empty search path. */
  readonly inputTypes: readonly string[];
  /** Of all arguments (i, o, b, v, t); empty where all are plain input. */
  readonly argumentModes: readonly string[];
  /** Input arguments at the end that have a default. */
  readonly defaults: number;
  /** oid of the first input argument's type. */
  readonly firstType: string | undefined;
  readonly returns: {
    readonly oid: string;
    readonly identifier: QualifiedIdentifier;
    /** `c` is a row type, `d` a domain. */
    readonly kind: string;
    readonly set: boolean;
    readonly atMostOneRow: boolean;
  };
  readonly volatility: string;
  /** SET clauses. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export function readFunction(row: CatalogRow): CatalogFunction {
  return {
    identifier: { schema: text(row, 0), name: text(row, 1) },
    isAggregate: text(row, 2) === 'a',
    description: optionalText(row, 3),
    argumentNames: textArray(row, 4),
    inputTypes: textArray(row, 5),
    argumentModes: textArray(row, 6),
    defaults: integer(row, 7),
    firstType: optionalText(row, 8),
    returns: {
      oid: text(row, 9),
      identifier: { schema: text(row, 10), name: text(row, 11) },
      kind: text(row, 12),
      set: flag(row, 13),
      atMostOneRow: flag(row, 14),
    },
    volatility: text(row, 15),
    settings: readSettings(row, 16),
  };
}

/** An array of `name=value`. */
export function readSettings(row: CatalogRow, field: number): readonly (readonly [name: string, value: string])[] {
  return textArray(row, field).map((setting) => {
    const equals = setting.indexOf('=');
    return [setting.slice(0, equals), setting.slice(equals + 1)];
  });
}
