/**
 * Decides what a request does: an ApiRequest, the schema cache and the configuration in, an ActionPlan out. What cannot be
 * done is refused here, before any connection is touched.
 */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { assertNever, engineError } from '../error/engine-error.js';
import { suggest } from '../error/suggest.js';
import { mediaTypeName } from '../media-type.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { Routine } from '../schema-cache/routine.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { Table } from '../schema-cache/table.js';
import type { ActionPlan, CallAction, InfoAction, InspectAction, MutateAction, ReadAction } from './action-plan.js';
import { negotiateContent } from './negotiate-content.js';
import { neededColumns, withFiltered } from './needed-columns.js';
import { findCalledRoutine, planArguments } from './plan-call.js';
import { planMutate } from './plan-mutate.js';
import { planRead } from './plan-read.js';

/** With so many tables a wrong name gets no hint: the search would cost more than it helps. */
const tooManyTables = 500;

interface Knowledge {
  readonly request: ApiRequest;
  readonly schema: SchemaCache;
  readonly config: ApiConfig;
}

/**
 * @throws EngineError PGRST1xx and PGRST2xx: what the request asks for does not exist or cannot be combined
 */
export function planAction(request: ApiRequest, schema: SchemaCache, config: ApiConfig): ActionPlan {
  const known: Knowledge = { request, schema, config };
  const { action } = request;
  switch (action.kind) {
    case 'read':
      return planReadAction(action.target, action.headersOnly, known);
    case 'mutate':
      return planMutateAction(action.target, action.mutation, known);
    case 'call':
      return planCallAction(action, known);
    case 'inspect':
      return planInspectAction(action, known);
    case 'info':
      return { kind: 'info', subject: infoSubject(action, known) };
    default:
      return assertNever(action);
  }
}

// Written out below, not spread: each spread of what is known costs a microsecond or two.

function planReadAction(target: QualifiedIdentifier, headersOnly: boolean, known: Knowledge): ReadAction {
  const { request, schema, config } = known;
  const relation = knownTable(target, schema);
  const read = planRead({ request, schema, config, relation, rows: 'relation' });
  const content = negotiateContent({ request, schema, config, relation, read, bodyless: headersOnly });
  refuseUnknownPreferences(request);
  return { kind: 'read', read, content, headersOnly };
}

const verbs = { create: 'insert', update: 'update', 'single-upsert': 'put', delete: 'delete' } as const;

function planMutateAction(target: QualifiedIdentifier, mutation: keyof typeof verbs, known: Knowledge): MutateAction {
  const { request, schema, config } = known;
  const table = knownTable(target, schema);
  const read = planRead({ request, schema, config, relation: table, rows: 'changed' });
  const mutate = planMutate({ request, schema, table, mutation, needed: neededColumns(read) });
  refuseUnknownPreferences(request);
  const bodyless = request.preferences.return !== 'representation';
  const content = negotiateContent({ request, schema, config, relation: table, read, bodyless });
  const locationKey = keyInOrder(table, mutate.returning);
  return { kind: 'mutate', verb: verbs[mutation], mutate, read, content, table, locationKey };
}

/** Whole rows have the table's order; single columns come back in the order of their names. */
function keyInOrder({ columns, primaryKey }: Table, returning: readonly string[] | undefined): readonly string[] {
  return returning === undefined ? [...columns.keys()].filter((name) => primaryKey.includes(name)) : primaryKey;
}

function planCallAction(
  {
    target,
    invocation,
    headersOnly,
  }: Pick<Extract<ApiRequest['action'], { kind: 'call' }>, 'target' | 'invocation' | 'headersOnly'>,
  known: Knowledge,
): CallAction {
  const { request, schema, config } = known;
  const routine = findCalledRoutine(request, target, schema);
  const read = planRead({ request, schema, config, relation: returnedRelation(routine), rows: 'returned' });
  const { relation } = read;
  const content = negotiateContent({ request, schema, config, relation, read, routine, bodyless: headersOnly });
  refuseUnknownPreferences(request);
  const { handling, maxAffected } = request.preferences;
  if (handling === 'strict' && maxAffected !== undefined && !routine.returns.set) throw engineError('PGRST128');
  const returning = routine.returns.kind === 'composite' ? withFiltered(neededColumns(read), read) : undefined;
  return {
    kind: 'call',
    call: { routine, args: planArguments(routine, request), returning },
    read,
    content,
    verb: invocation === 'post' ? 'post' : headersOnly ? 'head' : 'get',
    readOnly: invocation === 'read' || routine.volatility !== 'volatile',
  };
}

/**
 * After what else is wrong with a request, as PostgREST has it; a root document and OPTIONS of a table know no preferences.
 *
 * @throws PGRST122
 */
function refuseUnknownPreferences({ preferences: { refused } }: ApiRequest): void {
  if (refused.length > 0) throw engineError('PGRST122', { preferences: refused });
}

/** A document is json, whatever name of it is accepted. */
function planInspectAction(
  { schema, headersOnly, version }: Extract<ApiRequest['action'], { kind: 'inspect' }>,
  known: Knowledge,
): InspectAction {
  const { accept } = known.request;
  if (!accept.some(({ kind }) => kind === 'openapi' || kind === 'json' || kind === 'any')) {
    throw engineError('PGRST107', { mediaTypes: accept.map(mediaTypeName) });
  }
  return { kind: 'inspect', schema, schemaCache: known.schema, headersOnly, version };
}

/** What the rows of a function are called: as their type (`record` for OUT parameters), values as the function; always in its schema. */
function returnedRelation({ schema, name, returns }: Routine): QualifiedIdentifier {
  return { schema, name: returns.kind === 'composite' ? returns.type.name : name };
}

function infoSubject(action: Extract<ApiRequest['action'], { kind: 'info' }>, known: Knowledge): InfoAction['subject'] {
  switch (action.of) {
    case 'root':
      return { kind: 'root' };
    case 'relation':
      return { kind: 'table', table: knownTable(action.target, known.schema) };
    case 'routine': {
      // What would be refused of a call by HEAD is refused here too.
      const call = planCallAction({ target: action.target, invocation: 'read', headersOnly: true }, known);
      return { kind: 'routine', routine: call.call.routine };
    }
    default:
      return assertNever(action);
  }
}

/** @throws PGRST205 */
function knownTable(target: QualifiedIdentifier, schema: SchemaCache): Table {
  const table = schema.table(target);
  if (table !== undefined) return table;
  const tables = schema.tables(target.schema);
  const meant =
    tables.length >= tooManyTables
      ? undefined
      : suggest(
          target.name,
          tables.map(({ name }) => name),
        );
  throw engineError('PGRST205', {
    schema: target.schema,
    relation: target.name,
    hint: meant === undefined ? undefined : `Perhaps you meant the table '${target.schema}.${meant}'`,
  });
}
