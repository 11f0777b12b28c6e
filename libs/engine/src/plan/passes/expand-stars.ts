/**
 * Sixth pass: `*` becomes the list of columns where PostgreSQL's own `*` would not do: with aggregates (each column is a
 * group; an aggregate inside a spread does not count), with domain representations (each is shown through its function) and in
 * to-many spreads and whatever is below them (each is an array).
 */
import type { SchemaCache } from '../../schema-cache/schema-cache.js';
import type { Table } from '../../schema-cache/table.js';
import { isAggregate, type EmbedNode, type ReadNode, type ReadPlan, type SelectedField } from '../read-plan.js';
import { resolveField } from '../resolved-field.js';

export function expandStars(plan: ReadPlan, schema: SchemaCache): ReadPlan {
  if (!hasStar(plan)) return plan;
  const aggregates = plan.select.some(isAggregate);
  const select = expanded(plan, aggregates, schema.table(plan.relation), schema);
  if (plan.embeds.length === 0 && select === plan.select) return plan;
  return { ...plan, select, embeds: plan.embeds.map((embed) => expandEmbed(embed, aggregates, schema)) };
}

function hasStar({ select, embeds }: ReadNode): boolean {
  return select.some((item) => item.kind === 'star') || embeds.some(hasStar);
}

/** @param always something above is aggregated or spread into arrays */
function expandEmbed(embed: EmbedNode, always: boolean, schema: SchemaCache): EmbedNode {
  const each = always || embed.select.some(isAggregate) || (embed.spread && !embed.toOne);
  return {
    ...embed,
    select: expanded(embed, each, schema.table(embed.relationship.target), schema),
    embeds: embed.embeds.map((inner) => expandEmbed(inner, each, schema)),
  };
}

function expanded(
  node: ReadNode,
  always: boolean,
  table: Table | undefined,
  schema: SchemaCache,
): readonly SelectedField[] {
  if (!node.select.some((item) => item.kind === 'star')) return node.select;
  if (!always && !hasRepresentation(table, schema)) return node.select;
  // None are known of a partition, as with PostgREST.
  const columns = [...(table?.columns.keys() ?? [])].map((name): SelectedField => ({
    kind: 'field',
    field: resolveField({ name, path: [] }, 'output', { schema, table }),
    alias: undefined,
    cast: undefined,
    aggregate: undefined,
  }));
  return node.select.flatMap((item) => (item.kind === 'star' ? columns : [item]));
}

function hasRepresentation(table: Table | undefined, schema: SchemaCache): boolean {
  for (const column of table?.columns.values() ?? []) {
    if (schema.representation(column.nominalType)?.toJson !== undefined) return true;
  }
  return false;
}
