/** One object of a schema as SQL, and where it stands in the text. */

/** In the order in which they come where nothing needs another order. */
export const itemKinds = [
  'schema',
  'extension',
  'type',
  'sequence',
  'function',
  'table',
  'default',
  'owned-by',
  'partition',
  'check',
  'view',
  'materialized-view',
  'constraint',
  'index',
  'foreign-key',
  'statistics',
  'rule',
  'trigger',
  'policy',
] as const;

export interface SchemaItem {
  readonly kind: (typeof itemKinds)[number];
  /** Catalog and oid: never shown, so that the same schema is the same text wherever it is. */
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  /** One or more statements, each with its semicolon; '' where the object is there in every new database. */
  readonly statement: string;
  /** Keys of what has to be there before, beside what PostgreSQL itself keeps of that. */
  readonly needs: readonly string[];
}

const ranks = new Map<string, number>(itemKinds.map((kind, rank) => [kind, rank]));

/** By kind, schema and name, in the order of code points: independent of collations. */
export function compareItems(a: SchemaItem, b: SchemaItem): number {
  const byKind = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
  return byKind || compare(a.schema, b.schema) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
