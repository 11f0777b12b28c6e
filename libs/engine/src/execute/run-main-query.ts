/**
 * Runs the statements of a request: a MainQuery and an executor in, a ResultSet out. The only step of the walk that waits
 * for the outside world.
 */
import { EngineError, engineError, InternalError } from '../error/engine-error.js';
import { fromPostgres } from '../error/from-postgres.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { violatedGuard } from '../query/guards-sql.js';
import { undoMarker, type MainQuery } from '../query/main-query.js';
import { tellsSchemaMoved } from '../query/schema-version-sql.js';
import { refusedRole } from '../query/transaction-settings.js';
import { answersByHand, readResult, type Planned } from './read-result.js';
import type { ResultSet } from './result-set.js';
import { SchemaMovedError } from './schema-moved.js';
import {
  type CancelSignal,
  SqlError,
  type SqlExecutor,
  type SqlPacket,
  type SqlResult,
  type SqlStatement,
} from '../sql-executor.js';

/**
 * @throws EngineError whatever PostgreSQL refused, as the answer it means; PGRST115, PGRST116, PGRST124 and PERCH201 for a
 * result that breaks its own condition (nothing is kept then); what the executor throws (PGRST000, PGRST001, PGRST003)
 * @throws SchemaMovedError when the schema is not the one that the plan rests on; nothing ran then
 */
export async function runMainQuery(
  query: MainQuery,
  plan: ActionPlan,
  executor: SqlExecutor,
  signal?: CancelSignal,
): Promise<ResultSet> {
  const { statements, preparatory, main } = inOrder(query);
  const tidyUp = { isDue: (results: readonly SqlResult[]) => answersByHand(results[main]), statement: forgetAnswer };
  const common = { statements, preparatory, repeatable: query.readOnly, tidyUp };
  const packet: SqlPacket = query.undo.length === 0 ? common : { ...common, undoMarker };
  try {
    const results = await executor.submit(packet, signal);
    const result = results[main];
    if (result === undefined) throw new InternalError('the executor left out the main statement');
    return readResult(result, plannedOf(query, results[main + 1]), plan);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw schemaMoved(error, query) ? new SchemaMovedError({ cause: error }) : meaningOf(error, query);
  }
}

/**
 * SQL may have set `response.headers` for its session instead of its transaction: the next request on the connection, of
 * another user, would answer with them.
 */
const forgetAnswer: SqlStatement = {
  text: "select pg_catalog.set_config('response.headers', '', false) is null, pg_catalog.set_config('response.status', '', false) is null",
  values: [],
};

const SETS_TEXT_ROUTINE = 'call_string_check_hook';

/** The planned count goes right behind the main statement. */
function inOrder(query: MainQuery): {
  readonly statements: readonly SqlStatement[];
  readonly preparatory: number;
  readonly main: number;
} {
  const own = query.modes === undefined ? [query.settings] : [query.modes, query.settings];
  const before = query.preRequest === undefined ? own : [...own, query.preRequest];
  const counted = query.plannedCount === undefined ? [] : [query.plannedCount.statement];
  const statements = [...before, query.main, ...counted, ...query.undo];
  return { statements, preparatory: own.length, main: before.length };
}

function plannedOf({ plannedCount }: MainQuery, result: SqlResult | undefined): Planned | undefined {
  return plannedCount === undefined || result === undefined ? undefined : { result, above: plannedCount.above };
}

/** By its own word; or the version table is gone, and whoever took it away moved the schema. */
function schemaMoved({ fields, statementIndex }: SqlError, query: MainQuery): boolean {
  if (!query.checksSchema || statementIndex !== settingsIndex(query)) return false;
  return tellsSchemaMoved(fields.message) || ['42P01', '3F000', '42703'].includes(fields.code);
}

function meaningOf(error: SqlError, query: MainQuery): EngineError {
  const { fields } = error;
  if (fields.code === '22P02') {
    const guard = violatedGuard(fields.message);
    if (guard !== undefined) return guardError(guard, error);
    const role = refusedRole(fields.message);
    if (role !== undefined) {
      return fromPostgres({ code: '42501', message: `permission denied to set role "${role}"` }, false, error);
    }
  }
  // Of the texts that are set only the role and the time zone can be refused so, and its own name is in no language.
  const tellsMissingRole =
    error.statementIndex === settingsIndex(query) &&
    fields.routine === SETS_TEXT_ROUTINE &&
    !fields.message.includes('TimeZone');
  return fromPostgres({ ...fields, tellsMissingRole }, query.runsAsAnonymous, error);
}

function settingsIndex({ modes }: MainQuery): number {
  return modes === undefined ? 0 : 1;
}

function guardError(guard: NonNullable<ReturnType<typeof violatedGuard>>, cause: SqlError): EngineError {
  switch (guard.code) {
    case 'PGRST115':
      return engineError('PGRST115', undefined, cause);
    case 'PGRST116':
      return engineError('PGRST116', { count: guard.count }, cause);
    case 'PGRST124':
      return engineError('PGRST124', { count: guard.count }, cause);
    case 'PERCH201':
      return engineError('PERCH201', undefined, cause);
  }
}
