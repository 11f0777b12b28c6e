/** What an insert, update or delete does to its table: names resolved, defaults found, nothing yet of SQL. */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { ResolvedField, ResolvedLogicTree } from './resolved-field.js';

export type MutatePlan = InsertPlan | UpdatePlan | DeletePlan;

/** The rows of a payload as one JSON text, and what is known of its shape. */
export interface PayloadRows {
  readonly json: string | Buffer;
  /** `object`: one row; `array`: rows. */
  readonly shape: 'object' | 'array';
}

/** A column that the payload sets, with the expression to use where a row lacks it (`Prefer: missing=default`). */
export interface PayloadColumn {
  readonly field: ResolvedField;
  readonly defaultExpression: string | undefined;
}

interface MutationTarget {
  readonly target: QualifiedIdentifier;
  /**
   * Columns that the representation, its embeds or the Location header need; undefined for all.
   * Empty: nothing is shown, and no SELECT privilege is needed.
   */
  readonly returning: readonly string[] | undefined;
}

export interface InsertPlan extends MutationTarget {
  readonly kind: 'insert';
  readonly rows: PayloadRows;
  /** In the payload's order; empty for rows of defaults only. */
  readonly columns: readonly PayloadColumn[];
  readonly missingAsDefault: boolean;
  readonly conflict: ConflictRule | undefined;
  /** Conditions on the payload itself, for PUT: the key in the URL must be the key in the body. */
  readonly payloadMustMatch: readonly ResolvedLogicTree[];
}

export interface ConflictRule {
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates';
  /** Empty for a table without a key: nothing conflicts, but the rows of a merge are counted. */
  readonly columns: readonly string[];
}

export interface UpdatePlan extends MutationTarget {
  readonly kind: 'update';
  readonly rows: PayloadRows;
  /** Empty: nothing is updated. */
  readonly columns: readonly PayloadColumn[];
  readonly missingAsDefault: boolean;
  readonly where: readonly ResolvedLogicTree[];
}

export interface DeletePlan extends MutationTarget {
  readonly kind: 'delete';
  readonly where: readonly ResolvedLogicTree[];
}
