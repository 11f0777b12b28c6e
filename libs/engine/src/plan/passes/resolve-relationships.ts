/**
 * Third pass: the request's words meet the schema cache. A tree of names in; a tree of relations, relationships and fields
 * with types out. Orders and filters on whole embeds stay for later passes, which know all embeds.
 */
import { engineError } from '../../error/engine-error.js';
import type { QualifiedIdentifier } from '../../identifiers.js';
import type { Relationship } from '../../schema-cache/relationship.js';
import type { SchemaCache } from '../../schema-cache/schema-cache.js';
import { lateralAliasFor, rowsAliasFor } from '../lateral-alias.js';
import type { EmbedNode, ReadPlan, SelectedField } from '../read-plan.js';
import { sourceCte } from '../read-plan.js';
import {
  resolveField,
  resolveFilter,
  resolveLogic,
  type FieldContext,
  type ResolvedLogicTree,
} from '../resolved-field.js';
import type { LegacyName } from './attach-to-embeds.js';
import { findRelationship } from './find-relationship.js';
import type { RequestEmbed, RequestNode } from './init-read-plan.js';

export interface RootRelation {
  readonly relation: QualifiedIdentifier;
  /** The rows are in `sourceCte`. */
  readonly fromSource: boolean;
  /** Schema of everything that is embedded. */
  readonly schemaName: string;
  readonly legacyNames: readonly LegacyName[];
  /** Most to-many embeds within one another; undefined for any number. */
  readonly maxToManyDepth: number | undefined;
}

/** PostgreSQL plans a hundred lateral joins in half a second; five hundred take a minute and gigabytes. */
const mostEmbeds = 100;

/**
 * @throws PGRST200, PGRST201 no or several relationships for an embed
 * @throws PERCH200 too many embeds
 * @throws PERCH203 too many to-many embeds within one another
 */
export function resolveRelationships(
  tree: RequestNode,
  { relation, fromSource, schemaName, legacyNames, maxToManyDepth }: RootRelation,
  schema: SchemaCache,
): ReadPlan {
  const from = fromSource ? { schema: '', name: sourceCte } : relation;
  const alias = fromSource ? relation.name : undefined;
  const parent = { relation, name: alias === undefined ? from : { schema: '', name: alias }, depth: 0, toManyDepth: 0 };
  const context = { schema, table: schema.table(relation) };
  return {
    select: selectedFields(tree, context),
    where: conditions(tree, context),
    order: [],
    range: tree.range,
    from,
    alias,
    relation,
    legacyNames,
    embeds: linkAll(tree.embeds, parent, { schema, schemaName, maxToManyDepth, linked: 0 }),
    embedSelect: [],
  };
}

interface Linking {
  readonly schema: SchemaCache;
  readonly schemaName: string;
  readonly maxToManyDepth: number | undefined;
  /** Embeds so far. */
  linked: number;
}

interface Parent {
  readonly relation: QualifiedIdentifier;
  /** What qualifies its columns. */
  readonly name: QualifiedIdentifier;
  readonly depth: number;
  /** To-many embeds on the way here: each may multiply the rows of the one above. */
  readonly toManyDepth: number;
}

function linkAll(embeds: readonly RequestEmbed[], parent: Parent, linking: Linking): readonly EmbedNode[] {
  return embeds.map((embed) => link(embed, parent, linking));
}

function link(request: RequestEmbed, parent: Parent, linking: Linking): EmbedNode {
  const { schema, schemaName, maxToManyDepth } = linking;
  const { name, hint, joinType, spread } = request;
  const relationship = findRelationship(schema, {
    origin: { schema: schemaName, name: parent.relation.name },
    targetSchema: schemaName,
    name,
    hint,
  });
  linking.linked++;
  if (linking.linked > mostEmbeds) throw engineError('PERCH200', { most: mostEmbeds });
  const toOne = isToOne(relationship);
  const toManyDepth = parent.toManyDepth + (toOne ? 0 : 1);
  if (maxToManyDepth !== undefined && toManyDepth > maxToManyDepth) {
    throw engineError('PERCH203', { most: maxToManyDepth });
  }
  const depth = parent.depth + 1;
  const target = relationship.target;
  const alias = aliasOf(relationship, parent, depth);
  const self = {
    relation: target,
    name: alias === undefined ? target : { schema: '', name: alias },
    depth,
    toManyDepth,
  };
  // Of an embed that is named by a key or a function no types are known, as with PostgREST.
  const context = { schema, table: schema.table({ schema: schemaName, name }) };
  return {
    select: selectedFields(request, context),
    where: conditions(request, context),
    order: [],
    range: request.range,
    from: relationship.kind === 'computed' ? relationship.function : target,
    alias,
    name,
    requestedAlias: request.alias,
    joinType,
    spread,
    relationship,
    toOne,
    lateralAlias: lateralAliasFor(parent.relation.name, request.alias ?? name, depth),
    parentName: parent.name,
    embeds: linkAll(request.embeds, self, linking),
    embedSelect: [],
  };
}

/** A many-to-many target keeps its own name, unless that would hide the parent's rows. */
function aliasOf({ kind, target }: Relationship, parent: Parent, depth: number): string | undefined {
  return kind === 'many-to-many' && target.name !== parent.name.name ? undefined : rowsAliasFor(target.name, depth);
}

function isToOne(relationship: Relationship): boolean {
  switch (relationship.kind) {
    case 'computed':
      return relationship.toOne;
    case 'many-to-many':
      return false;
    case 'foreign-key':
      return relationship.cardinality !== 'one-to-many';
  }
}

function conditions({ filters, logic }: RequestNode, context: FieldContext): readonly ResolvedLogicTree[] {
  const own = filters.map((filter) => resolveFilter(filter, context));
  return logic.length === 0 ? own : own.concat(logic.map((tree) => resolveLogic(tree, context)));
}

function selectedFields({ select }: RequestNode, context: FieldContext): readonly SelectedField[] {
  return select.map((item): SelectedField => {
    if (item.kind !== 'field') return item;
    const { alias, cast, aggregate } = item;
    return { kind: 'field', field: resolveField(item.field, 'output', context), alias, cast, aggregate };
  });
}
