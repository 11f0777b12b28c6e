/** How the rows of one table lead to rows of another: by foreign keys (also seen through views) or by a function. */
import type { QualifiedIdentifier } from '../identifiers.js';

export type Cardinality = 'many-to-one' | 'one-to-many' | 'one-to-one';

/** A column of the left side and the column of the right side that must equal it. */
export type ColumnPair = readonly [left: string, right: string];

/** origin.left = target.right for every pair. */
export interface ForeignKeyRelationship {
  readonly kind: 'foreign-key';
  readonly cardinality: Cardinality;
  readonly origin: QualifiedIdentifier;
  readonly target: QualifiedIdentifier;
  readonly constraint: string;
  readonly columns: readonly ColumnPair[];
  /** true when the origin is the referenced side: always for one-to-many, never for many-to-one. */
  readonly originIsParent: boolean;
  /** Both ends are the same table. */
  readonly isSelf: boolean;
  readonly originIsView: boolean;
  readonly targetIsView: boolean;
}

/** origin.left = junction.right, and target.left = junction.right, for every pair. */
export interface ManyToManyRelationship {
  readonly kind: 'many-to-many';
  readonly origin: QualifiedIdentifier;
  readonly target: QualifiedIdentifier;
  readonly junction: QualifiedIdentifier;
  /** The junction's foreign key to the origin. */
  readonly originConstraint: string;
  readonly originColumns: readonly ColumnPair[];
  /** The junction's foreign key to the target. */
  readonly targetConstraint: string;
  readonly targetColumns: readonly ColumnPair[];
  readonly isSelf: boolean;
  readonly originIsView: boolean;
  readonly targetIsView: boolean;
}

/** A function that takes the origin's row and returns the target's rows. */
export interface ComputedRelationship {
  readonly kind: 'computed';
  readonly origin: QualifiedIdentifier;
  readonly target: QualifiedIdentifier;
  readonly function: QualifiedIdentifier;
  /** Declared with ROWS 1 (or not as a set): at most one row. */
  readonly toOne: boolean;
  readonly isSelf: boolean;
}

export type Relationship = ForeignKeyRelationship | ManyToManyRelationship | ComputedRelationship;
