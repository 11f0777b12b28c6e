/** What a schema offers to one role, as both OpenAPI versions tell it: names, comments, columns, parameters. */
import type { ValueShape } from './value-shape.js';

export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  readonly tables: readonly DescribedTable[];
  readonly routines: readonly DescribedRoutine[];
}

/** A comment: whole, its first line, and what follows that line. */
export interface Comment {
  readonly text: string | undefined;
  readonly summary: string | undefined;
  readonly description: string | undefined;
}

export interface DescribedTable {
  readonly name: string;
  readonly comment: Comment;
  readonly columns: readonly DescribedColumn[];
  readonly primaryKey: readonly string[];
  /** Something can be written, by the table's nature: all methods are described then. */
  readonly writable: boolean;
}

export interface DescribedColumn {
  readonly name: string;
  readonly comment: string | undefined;
  /** The comment with notes on keys. */
  readonly notes: string | undefined;
  readonly shape: ValueShape;
  readonly nullable: boolean;
  readonly enumValues: readonly string[];
  readonly maxLength: number | undefined;
  /** A JSON value; undefined for none that can be shown. */
  readonly defaultValue: unknown;
  /** Where it is a number: as the dialect spells it. */
  readonly defaultNumber: string | undefined;
}

export interface DescribedRoutine {
  readonly name: string;
  readonly comment: Comment;
  readonly parameters: readonly DescribedParameter[];
  /** Not volatile: GET calls it too. */
  readonly readable: boolean;
  readonly returns: {
    readonly kind: 'void' | 'scalar' | 'composite';
    readonly set: boolean;
    /** The described table whose rows these are. */
    readonly table: string | undefined;
  };
}

export interface DescribedParameter {
  readonly name: string;
  readonly required: boolean;
  readonly shape: ValueShape;
  /** Of a variadic parameter: one of its values. */
  readonly element: ValueShape | undefined;
}
