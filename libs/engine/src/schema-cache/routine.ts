/** Functions that a request may call. Procedures, aggregates, window and trigger functions are none. */
import type { QualifiedIdentifier } from '../identifiers.js';

export interface RoutineParameter {
  /** Empty for an unnamed parameter. */
  readonly name: string;
  /** As PostgreSQL prints it with an empty search path; of a variadic parameter the array type. */
  readonly type: string;
  /**
   * `type` for a cast: parameters have no length, but `character` and `bit` alone would mean length 1,
   * so here they are `character varying` and `bit varying`.
   */
  readonly castType: string;
  /** Has no default. */
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface RoutineReturn {
  /** RETURNS SETOF or TABLE. */
  readonly set: boolean;
  /**
   * composite: a row type, a domain over one, or several OUT, INOUT or TABLE parameters (one OUT parameter too).
   * scalar: everything else, a plain `record` among them.
   */
  readonly kind: 'scalar' | 'composite' | 'void';
  /** The type, or for a row type the table, view or type of that name; domains over composites are resolved. */
  readonly type: QualifiedIdentifier;
  /** Declared as a domain over `type`. */
  readonly viaDomain: boolean;
}

export type Volatility = 'volatile' | 'stable' | 'immutable';

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface Routine {
  readonly schema: string;
  readonly name: string;
  readonly description: string | undefined;
  /** IN, INOUT and VARIADIC parameters in order, with PostgREST's reading of functions that have an OUT before an IN (peers.md 7, 6). */
  readonly parameters: readonly RoutineParameter[];
  readonly hasVariadic: boolean;
  readonly returns: RoutineReturn;
  readonly volatility: Volatility;
  /** SET clauses without default_transaction_isolation, in order; which of them are hoisted is configuration. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** From SET default_transaction_isolation. */
  readonly isolation: IsolationLevel | undefined;
}
