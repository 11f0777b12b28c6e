/** Tables, views, materialized views and foreign tables of the schemas that a request may name, with their columns. */

/** `table` also for partitioned tables: they are used alike. A `partition` is no table of its own, but may be embedded. */
export type TableKind = 'table' | 'view' | 'materialized-view' | 'foreign-table' | 'partition';

export interface Column {
  readonly name: string;
  readonly description: string | undefined;
  readonly nullable: boolean;
  /** Declared type with its modifiers, as PostgreSQL prints it with an empty search path: `character varying(40)`, `atlas.short_code`. */
  readonly nominalType: string;
  /** What is left when all domains are taken off, without modifiers: `character varying`, `tsvector`, `integer[]`. */
  readonly baseType: string;
  /** Characters of `character(n)` and `character varying(n)`, also under a domain. */
  readonly maxLength: number | undefined;
  /**
   * SQL text of the value that a row without this column gets: the DEFAULT expression or an identity's `nextval(...)`.
   * undefined for none and for generated columns.
   */
  readonly defaultExpression: string | undefined;
  /** GENERATED ALWAYS AS (expression): never written. */
  readonly generated: boolean;
  /** Labels of an enum type (not of an array of it, but of a domain over it), in their order. */
  readonly enumValues: readonly string[];
}

export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly kind: TableKind;
  readonly description: string | undefined;
  /** By the object's nature and triggers, not by anybody's privileges. */
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  /** Names of the key's columns, sorted; of a view those that stand for a base table's whole key. Empty for none. */
  readonly primaryKey: readonly string[];
  /** In the table's own order. */
  readonly columns: ReadonlyMap<string, Column>;
}
