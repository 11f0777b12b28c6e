/**
 * All that planning may know of one database: what a name stands for, without a round trip.
 * Made by `loadSchemaCache`, immutable for its readers; every lookup is one or two map accesses.
 */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { MediaHandlers } from './media-handler.js';
import type { Relationship } from './relationship.js';
import type { DomainRepresentation } from './representation.js';
import type { Role } from './role.js';
import type { Routine } from './routine.js';
import type { Table } from './table.js';

export interface SchemaCache {
  /** Equal for equal schemas: lets several tenants share one cache. */
  readonly contentHash: string;
  /** As `server_version_num`: 180001. */
  readonly serverVersion: number;
  /** Transactions of the connecting role are read only unless they say otherwise. */
  readonly readOnlyByDefault: boolean;
  /** Comment of an exposed schema. */
  schemaDescription(schema: string): string | undefined;

  /** A table or view of an exposed schema. Partitions are none. */
  table(name: QualifiedIdentifier): Table | undefined;
  /** Every table and view of an exposed schema, sorted by name. */
  tables(schema: string): readonly Table[];

  /**
   * Every relationship from `origin` to something in `targetSchema`, in a stable order. A computed relationship has
   * replaced the detected ones whose target is called like its function.
   */
  relationships(origin: QualifiedIdentifier, targetSchema: string): readonly Relationship[];
  /** Whether there are any: cheap, for asking about every table. */
  isRelated(origin: QualifiedIdentifier, targetSchema: string): boolean;
  /**
   * Those of `relationships` that `name` may mean: as target's name, computed relationship's function,
   * constraint, or a column (of either side) of a foreign key of one column. Which of them it does mean is the planner's business.
   */
  relationshipsNamed(origin: QualifiedIdentifier, targetSchema: string, name: string): readonly Relationship[];

  /** Overloads of an exposed function, in their order (overload-order.ts); empty for none. */
  routines(name: QualifiedIdentifier): readonly Routine[];
  /** Names of an exposed schema's functions, sorted. */
  routineNames(schema: string): readonly string[];

  /** Casts of a domain, by `Column.nominalType`. */
  representation(nominalType: string): DomainRepresentation | undefined;

  /** Aggregates over the rows of this very table or view. */
  tableMediaHandlers(table: QualifiedIdentifier): MediaHandlers;
  /** Aggregates over any row. */
  readonly anyRowMediaHandlers: MediaHandlers;
  /** What a function of this name returns, when that is a media type. */
  routineMediaHandlers(routine: QualifiedIdentifier): MediaHandlers;

  /** A role that the connecting role is a member of; undefined for all others, PostgreSQL refuses those itself. */
  role(name: string): Role | undefined;
}
