/** Chooses the one relationship that an embed means by its name and hint, or says why there is none or more than one. */
import { engineError, type EngineError } from '../../error/engine-error.js';
import { suggest } from '../../error/suggest.js';
import type { QualifiedIdentifier } from '../../identifiers.js';
import type { ForeignKeyRelationship, ManyToManyRelationship, Relationship } from '../../schema-cache/relationship.js';
import type { SchemaCache } from '../../schema-cache/schema-cache.js';

export interface WantedRelationship {
  readonly origin: QualifiedIdentifier;
  /** Schema that the target must be in. */
  readonly targetSchema: string;
  readonly name: string;
  readonly hint: string | undefined;
}

/** Of 1: how alike a related table must be to be suggested. */
const relatedSimilarity = 0.33;

/**
 * @throws PGRST200 none
 * @throws PGRST201 several
 * @see https://docs.postgrest.org/en/v16/references/api/resource_embedding.html#foreign-key-joins-on-multiple-foreign-key-relationships
 */
export function findRelationship(schema: SchemaCache, wanted: WantedRelationship): Relationship {
  const candidates = schema
    .relationshipsNamed(wanted.origin, wanted.targetSchema, wanted.name)
    .filter((relationship) => isMeant(relationship, wanted));
  const [only] = candidates;
  if (only === undefined) throw noRelationship(schema, wanted);
  if (candidates.length > 1) throw ambiguous(candidates, wanted);
  return only;
}

function isMeant(relationship: Relationship, { name, hint }: WantedRelationship): boolean {
  // A function's name is unique for its origin: a hint has nothing to choose.
  if (relationship.kind === 'computed') return relationship.function.name === name;
  if (relationship.isSelf) return relationship.kind === 'foreign-key' && isMeantInSelfJoin(relationship, name, hint);
  const byTarget = relationship.target.name === name;
  if (hint === undefined && byTarget) return true;
  const byKey =
    hint === undefined &&
    relationship.kind === 'foreign-key' &&
    !relationship.targetIsView &&
    (relationship.constraint === name || singleColumn(relationship, 'left') === name);
  if (hint === undefined || !byTarget) return byKey;
  return relationship.kind === 'many-to-many'
    ? relationship.junction.name === hint
    : relationship.constraint === hint ||
        singleColumn(relationship, 'left') === hint ||
        singleColumn(relationship, 'right') === hint;
}

/** One key, two directions: the table's name means the rows below, the column's name the row above. */
function isMeantInSelfJoin(relationship: ForeignKeyRelationship, name: string, hint: string | undefined): boolean {
  const down = relationship.cardinality === 'one-to-many' && relationship.target.name === name;
  if (hint !== undefined) return down && singleColumn(relationship, 'right') === hint;
  return down || (relationship.cardinality === 'many-to-one' && singleColumn(relationship, 'left') === name);
}

function singleColumn({ columns }: ForeignKeyRelationship, side: 'left' | 'right'): string | undefined {
  const [first] = columns;
  return columns.length === 1 ? first?.[side === 'left' ? 0 : 1] : undefined;
}

function noRelationship(schema: SchemaCache, { origin, targetSchema, name, hint }: WantedRelationship): EngineError {
  return engineError('PGRST200', {
    origin: origin.name,
    target: name,
    schema: targetSchema,
    usedHint: hint,
    hint: suggestion(schema, origin, targetSchema, name),
  });
}

/** Among the origin's own relations; for an origin that has none, among the tables that have some. */
function suggestion(
  schema: SchemaCache,
  origin: QualifiedIdentifier,
  targetSchema: string,
  name: string,
): string | undefined {
  const related = schema.relationships(origin, targetSchema);
  if (related.length === 0) {
    const better = suggest(origin.name, tablesWithRelationships(schema, targetSchema), relatedSimilarity);
    return better === undefined ? undefined : `Perhaps you meant '${better}' instead of '${origin.name}'.`;
  }
  const better = suggest(name, inNameOrder(related), relatedSimilarity);
  // The right name with a wrong hint: nothing to suggest.
  if (better === undefined || better.toLowerCase() === name.toLowerCase()) return undefined;
  return `Perhaps you meant '${better}' instead of '${name}'.`;
}

/** Names of related tables, then of what functions make of a row, each in order: of equally alike ones the last is meant. */
function inNameOrder(related: readonly Relationship[]): readonly string[] {
  const tables = related.filter(({ kind }) => kind !== 'computed').map(({ target }) => target.name);
  const computed = related.filter((one) => one.kind === 'computed');
  computed.sort((left, right) => (left.function.name < right.function.name ? -1 : 1));
  return [...tables.sort(), ...computed.map(({ target }) => target.name)];
}

function* tablesWithRelationships(schema: SchemaCache, name: string): Iterable<string> {
  for (const table of schema.tables(name)) {
    if (schema.isRelated(table, name)) yield table.name;
  }
}

function ambiguous(candidates: readonly Relationship[], { origin, name }: WantedRelationship): EngineError {
  const described = candidates.filter((candidate) => candidate.kind !== 'computed').sort(inListOrder);
  return engineError('PGRST201', {
    origin: origin.name,
    target: name,
    candidates: described.map((candidate) => ({
      cardinality: candidate.kind === 'many-to-many' ? 'many-to-many' : candidate.cardinality,
      embedding: `${candidate.origin.name} with ${candidate.target.name}`,
      relationship: describe(candidate),
    })),
    choices: described.map(
      (candidate) =>
        `${candidate.target.name}!${candidate.kind === 'many-to-many' ? candidate.junction.name : candidate.constraint}`,
    ),
  });
}

const cardinalities = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many'] as const;

/** By cardinality, then by what the client has to name, then by columns. */
function inListOrder(
  left: ForeignKeyRelationship | ManyToManyRelationship,
  right: ForeignKeyRelationship | ManyToManyRelationship,
): number {
  const [one, other] = [sortKey(left), sortKey(right)];
  const differs = one.findIndex((part, index) => part !== other[index]);
  return differs < 0 ? 0 : (one[differs] ?? '') < (other[differs] ?? '') ? -1 : 1;
}

function sortKey(relationship: ForeignKeyRelationship | ManyToManyRelationship): readonly string[] {
  const { target } = relationship;
  const of = [target.schema, target.name];
  if (relationship.kind === 'foreign-key') {
    const { cardinality, constraint, columns } = relationship;
    return [...of, String(cardinalities.indexOf(cardinality)), constraint, ...columns.flat()];
  }
  const { junction, originConstraint, targetConstraint, originColumns, targetColumns } = relationship;
  const names = [junction.schema, junction.name, originConstraint, targetConstraint];
  return [
    ...of,
    String(cardinalities.indexOf('many-to-many')),
    ...names,
    ...originColumns.flat(),
    ...targetColumns.flat(),
  ];
}

function describe(relationship: ForeignKeyRelationship | ManyToManyRelationship): string {
  const names = (pairs: readonly (readonly [string, string])[], side: 0 | 1): string =>
    pairs.map((pair) => pair[side]).join(', ');
  if (relationship.kind === 'many-to-many') {
    const { junction, originConstraint, originColumns, targetConstraint, targetColumns } = relationship;
    return `${junction.name} using ${originConstraint}(${names(originColumns, 1)}) and ${targetConstraint}(${names(targetColumns, 1)})`;
  }
  const { constraint, origin, target, columns } = relationship;
  return `${constraint} using ${origin.name}(${names(columns, 0)}) and ${target.name}(${names(columns, 1)})`;
}
