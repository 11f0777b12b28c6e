/** Plans what a mutation does to its table: the request and the table in, an insert, update or delete out. */
import type { ApiRequest } from '../api-request/api-request.js';
import type { Field, Filter } from '../api-request/query-params/ast.js';
import { engineError, InternalError } from '../error/engine-error.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { Table } from '../schema-cache/table.js';
import type {
  ConflictRule,
  DeletePlan,
  InsertPlan,
  MutatePlan,
  PayloadColumn,
  PayloadRows,
  UpdatePlan,
} from './mutate-plan.js';
import { payloadShape } from './plan-call.js';
import type { NeededColumns } from './read-plan.js';
import { resolveField, resolveFilter, resolveLogic, type ResolvedLogicTree } from './resolved-field.js';

export interface MutationInput {
  readonly request: ApiRequest;
  readonly schema: SchemaCache;
  readonly table: Table;
  readonly mutation: 'create' | 'update' | 'single-upsert' | 'delete';
  /** Of the representation; undefined for all, [] for none. */
  readonly needed: NeededColumns;
}

/**
 * @throws PGRST105 the filters of a PUT are not exactly its primary key
 * @throws PGRST204 the payload names a column that the table does not have
 */
export function planMutate(input: MutationInput): MutatePlan {
  switch (input.mutation) {
    case 'create':
      return planInsert(input, {
        conflict: conflictRule(input),
        payloadMustMatch: [],
        missingAsDefault: missingAsDefault(input),
      });
    case 'single-upsert':
      return planPut(input);
    case 'update':
      return planUpdate(input);
    case 'delete':
      return planDelete(input);
  }
}

function planInsert(
  input: MutationInput,
  rules: Pick<InsertPlan, 'conflict' | 'payloadMustMatch' | 'missingAsDefault'>,
): InsertPlan {
  return {
    kind: 'insert',
    target: input.table,
    returning: returning(input),
    rows: payloadRows(input.request),
    columns: payloadColumns(input),
    ...rules,
  };
}

function missingAsDefault({ request }: MutationInput): boolean {
  return request.preferences.missing === 'default';
}

/** One row, named by its whole key: inserted or replaced. */
function planPut(input: MutationInput): InsertPlan {
  const { request, table } = input;
  const { filters, hasOddFilters, logic } = request.queryParams;
  const top = filters.map(({ value }) => value);
  const named = new Set(top.map(({ field }) => field.name));
  const isKey = table.primaryKey.length > 0 && named.size === table.primaryKey.length;
  const isWhole = isKey && table.primaryKey.every((column) => named.has(column));
  // Conditions on an embed count too: none may stand beside the key. As PostgREST, which compares names as they are written.
  if (!isWhole || hasOddFilters || !top.every(isPlainEquality) || logic.length > 0) throw engineError('PGRST105');
  return planInsert(input, {
    conflict: { resolution: 'merge-duplicates', columns: table.primaryKey },
    payloadMustMatch: topConditions(input),
    missingAsDefault: false,
  });
}

function isPlainEquality({ field, negated, operation }: Filter): boolean {
  return (
    !negated &&
    field.path.length === 0 &&
    operation.kind === 'quantifiable' &&
    operation.operator === 'eq' &&
    operation.quantifier === undefined
  );
}

function planUpdate(input: MutationInput): UpdatePlan {
  return {
    kind: 'update',
    target: input.table,
    returning: returning(input),
    rows: payloadRows(input.request),
    columns: payloadColumns(input),
    missingAsDefault: missingAsDefault(input),
    where: topConditions(input),
  };
}

function planDelete(input: MutationInput): DeletePlan {
  return { kind: 'delete', target: input.table, returning: returning(input), where: topConditions(input) };
}

/** Only a resolution asks for one, and only a key or `on_conflict` gives it columns. */
function conflictRule({ request, table }: MutationInput): ConflictRule | undefined {
  const { resolution } = request.preferences;
  return resolution && { resolution, columns: request.queryParams.onConflict ?? table.primaryKey };
}

function topConditions({ request, schema, table }: MutationInput): readonly ResolvedLogicTree[] {
  const context = { schema, table };
  const { filters, logic } = request.queryParams;
  return [
    ...filters.filter(({ path }) => path.length === 0).map(({ value }) => resolveFilter(value, context)),
    ...logic.filter(({ path }) => path.length === 0).map(({ value }) => resolveLogic(value, context)),
  ];
}

function payloadRows({ payload }: ApiRequest): PayloadRows {
  if (payload?.kind !== 'json' && payload?.kind !== 'unparsed-json') {
    throw new InternalError('a row to write comes as json');
  }
  return { json: payload.json, shape: payloadShape(payload) };
}

function payloadColumns({ request, schema, table }: MutationInput): readonly PayloadColumn[] {
  return request.columns.map((name): PayloadColumn => {
    const column = table.columns.get(name);
    if (column === undefined) throw engineError('PGRST204', { column: name, relation: table.name });
    const field: Field = { name, path: [] };
    return {
      field: resolveField(field, 'payload', { schema, table }),
      defaultExpression: column.defaultExpression,
    };
  });
}

/**
 * What the representation shows or joins on, and the key, which Location names; or nothing at all: then no SELECT privilege
 * is needed. A column that is only ordered by is not returned, as in PostgREST.
 */
function returning({ request, table, needed }: MutationInput): readonly string[] | undefined {
  switch (request.preferences.return) {
    case 'representation':
    case 'headers-only':
      return needed === undefined ? undefined : [...new Set([...needed, ...table.primaryKey])].sort();
    case 'minimal':
    case undefined:
      return [];
  }
}
