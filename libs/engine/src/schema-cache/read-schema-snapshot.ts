/**
 * A database in (through the executor), its schema as a plain document out: one packet of catalog queries, then pure work,
 * and a second packet where few schemas need one. What one query says may be newer than what another said when DDL runs in
 * between: callers compare the schema's version.
 *
 * The queries are plain: on a cold connection PostgreSQL takes longer to plan a join or an aggregate than to send the rows.
 */
import { engineError } from '../error/engine-error.js';
import { inTurns, mapInSlices } from '../slices.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import { SqlError, type SqlExecutor, type SqlResult, type SqlStatement } from '../sql-executor.js';
import { assembleMediaHandler, rowTypeOf } from './assemble-media-handlers.js';
import { assembleRepresentations } from './assemble-representations.js';
import { assembleRoles, configuredParameters } from './assemble-roles.js';
import { assembleComputedRelationship, assembleRoutine } from './assemble-routines.js';
import { assembleTables } from './assemble-tables.js';
import { readFunction } from './catalog-function.js';
import {
  besideDeadWrappers,
  catalogRows,
  catalogSettings,
  catalogStatement,
  catalogStatements,
  isOfDeadWrapper,
  type CatalogRows,
} from './catalog-queries.js';
import { integer, optionalText, text } from './catalog-row.js';
import { snapshotSlices, type SchemaSnapshot } from './schema-snapshot.js';
import { rowTypesSql } from './sql/functions.sql.js';
import { settableParametersSql } from './sql/roles.sql.js';
import { Types } from './types.js';

export interface SchemaOptions {
  /** Exposed schemas, at least one. */
  readonly schemas: readonly string[];
  /** Schemas whose views are looked through, too. Default none. */
  readonly extraSearchPath?: readonly string[];
  /** Settings of roles apply to requests; false spares reading them. Default true. */
  readonly roleSettings?: boolean;
}

/** What is asked for where it matters only: each is a list of what it is asked about. */
interface FurtherQuestions {
  readonly parameters: readonly string[];
  readonly rowTypes: readonly string[];
}

interface FurtherAnswers {
  /** Parameters that the connecting role may set. */
  readonly settable: ReadonlySet<string>;
  /** Relations by their rows' type. */
  readonly relations: ReadonlyMap<string, QualifiedIdentifier>;
}

type Ask = (questions: FurtherQuestions) => Promise<FurtherAnswers>;

/**
 * @throws PGRST002 when an exposed schema does not exist, SqlError when a query failed, and what the executor throws.
 */
export async function readSchemaSnapshot(
  executor: SqlExecutor,
  options: SchemaOptions,
  signal?: AbortSignal,
): Promise<SchemaSnapshot> {
  return (await readSchemaBehind(executor, [], options, signal)).snapshot;
}

/**
 * The same, and results of other statements that run first in its packet, of which each sees what was committed before the
 * schema was read.
 *
 * @throws what `readSchemaSnapshot` throws; a SqlError of statement `n` of `first` has the index `n + 1`.
 */
export async function readSchemaBehind(
  executor: SqlExecutor,
  first: readonly SqlStatement[],
  options: SchemaOptions,
  signal?: AbortSignal,
): Promise<{ readonly snapshot: SchemaSnapshot; readonly results: readonly SqlResult[] }> {
  const catalog = catalogStatements(options.schemas, options.extraSearchPath ?? []);
  const statements = [catalogSettings, ...first, ...catalog];
  const [, ...results] = await submitCatalog(executor, statements, signal);
  const ask: Ask = (questions) => askFurther(executor, questions, signal);
  const snapshot = await assembleSnapshot(catalogRows(results.slice(first.length)), options, ask);
  return { snapshot, results: results.slice(0, first.length) };
}

async function submitCatalog(
  executor: SqlExecutor,
  statements: readonly SqlStatement[],
  signal: AbortSignal | undefined,
): Promise<readonly SqlResult[]> {
  try {
    return await executor.submit({ statements, repeatable: true }, signal);
  } catch (error) {
    if (!(error instanceof SqlError) || !isOfDeadWrapper(error, statements)) throw error;
    return executor.submit({ statements: besideDeadWrappers(statements), repeatable: true }, signal);
  }
}

async function askFurther(
  executor: SqlExecutor,
  { parameters, rowTypes }: FurtherQuestions,
  signal: AbortSignal | undefined,
): Promise<FurtherAnswers> {
  if (parameters.length === 0 && rowTypes.length === 0) return { settable: new Set(), relations: new Map() };
  const statements = [
    catalogSettings,
    catalogStatement(settableParametersSql, JSON.stringify(parameters)),
    catalogStatement(rowTypesSql, JSON.stringify(rowTypes)),
  ];
  const [, settable, relations] = await executor.submit({ statements, repeatable: true }, signal);
  return {
    settable: new Set(settable?.rows.map((row) => text(row, 0))),
    relations: new Map(relations?.rows.map((row) => [text(row, 0), { schema: text(row, 1), name: text(row, 2) }])),
  };
}

async function assembleSnapshot(rows: CatalogRows, options: SchemaOptions, ask: Ask): Promise<SchemaSnapshot> {
  const schemas = rows.namespaces.map((row) => ({ name: text(row, 1), description: optionalText(row, 2) }));
  const exposed = new Set(schemas.map(({ name }) => name));
  if (options.schemas.some((name) => !exposed.has(name))) throw engineError('PGRST002');

  const types = new Types(rows.types, rows.enumLabels);
  const schemaNames = new Map(rows.namespaces.map((row) => [text(row, 0), text(row, 1)]));
  const { tables, foreignKeys, ofRows } = await inTurns(assembleTables(rows, schemaNames, types));
  const functions = await inTurns(mapInSlices(rows.functions, readFunction));
  const ofExposed = functions.filter(({ identifier }) => exposed.has(identifier.schema));

  const rowTypes = ofExposed.map((one) => rowTypeOf(one, types)).filter((type) => type !== undefined);
  const further = await ask({
    parameters: options.roleSettings === false ? [] : configuredParameters(rows.roles),
    rowTypes: rowTypes.filter((type) => ofRows(type) === undefined),
  });
  const rowsOf = (type: string): QualifiedIdentifier | undefined => {
    const table = ofRows(type);
    return table === undefined ? further.relations.get(type) : { schema: table.schema, name: table.name };
  };

  const routines = await inTurns(mapInSlices(ofExposed, (one) => assembleRoutine(one, types)));
  const content = {
    serverVersion: integer(rows.namespaces[0] ?? [], 3),
    readOnlyByDefault: optionalText(rows.namespaces[0] ?? [], 4) === 'on',
    schemas,
    tables,
    foreignKeys,
    computedRelationships: present(functions.map((one) => assembleComputedRelationship(one, ofRows))),
    routines: present(routines),
    representations: assembleRepresentations(rows.casts, types),
    mediaHandlers: present(ofExposed.map((one) => assembleMediaHandler(one, types, rowsOf))),
    roles: assembleRoles(rows.roles, rows.memberships, (parameter) => further.settable.has(parameter)),
  };
  return inTurns(snapshotSlices(content));
}

function present<T>(values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined);
}
