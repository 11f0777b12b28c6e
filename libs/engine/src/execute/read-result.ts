/** Reads what PostgreSQL answered: the main statement's row (or a plan's lines) in, a ResultSet out. */
import { engineError, InternalError } from '../error/engine-error.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { isBinary } from '../query/body-sql.js';
import { inspectColumns } from '../query/inspect-statement.js';
import { pageColumns } from '../query/page-statement.js';
import type { InspectResult, ResultSet, RowsResult, UsableRoutine } from './result-set.js';
import type { SqlResult } from '../sql-executor.js';

/** What the planner said of the count, and above which exact count that stands (main-query.ts). */
export interface Planned {
  readonly result: SqlResult;
  readonly above: bigint | undefined;
}

export function readResult(main: SqlResult, planned: Planned | undefined, plan: ActionPlan): ResultSet {
  if ('content' in plan && plan.content.mediaType.kind === 'plan') return { kind: 'plan', body: lines(main) };
  if (plan.kind === 'inspect') return inspected(main);
  const row = main.rows[0];
  if (row === undefined) return nothingReturned(plan);
  const field = (name: keyof typeof pageColumns): string | undefined => row[pageColumns[name]] ?? undefined;
  return {
    kind: 'rows',
    tableTotal: total(count(field('total')), planned),
    pageTotal: count(field('pageTotal')) ?? 0n,
    body: body(field('body') ?? '', plan),
    location: texts(field('location')),
    gucHeaders: field('headers'),
    gucStatus: field('status'),
    inserted: count(field('inserted')),
  } satisfies RowsResult;
}

/**
 * A function that returns one value, which is not aggregated (HEAD, or a media type of its own), and a filter or an offset
 * that leaves it out. Nothing is then known of settings that it made.
 *
 * @throws PGRST116 one row is demanded; only a read can meet this, so nothing has to be undone
 */
function nothingReturned(plan: ActionPlan): RowsResult {
  if (plan.kind !== 'call') throw new InternalError('the main statement answered no row');
  if (plan.content.singular) throw engineError('PGRST116', { count: '0' });
  return {
    kind: 'rows',
    tableTotal: 0n,
    pageTotal: 0n,
    body: '',
    location: [],
    gucHeaders: undefined,
    gucStatus: undefined,
    inserted: undefined,
  };
}

/** Whether SQL chose headers or the status of the answer. */
export function answersByHand(main: SqlResult | undefined): boolean {
  const row = main?.rows[0];
  if (row === undefined) return false;
  return typeof row[pageColumns.headers] === 'string' || typeof row[pageColumns.status] === 'string';
}

function inspected(main: SqlResult): InspectResult {
  const row = main.rows[0] ?? [];
  const field = (name: keyof typeof inspectColumns): string | undefined => row[inspectColumns[name]] ?? undefined;
  const [tables, routines] = [field('tables'), field('routines')];
  return {
    kind: 'inspect',
    tables: tables === undefined ? undefined : textsIn(JSON.parse(tables)),
    routines: routines === undefined ? undefined : usableRoutines(JSON.parse(routines)),
  };
}

/** Pairs of a name and types. */
function usableRoutines(values: unknown): readonly UsableRoutine[] {
  if (!Array.isArray(values)) return [];
  return values.flatMap((value: unknown) => {
    const [name, types] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    return typeof name === 'string' ? [{ name, types: textsIn(types) }] : [];
  });
}

function textsIn(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.filter((value: unknown) => typeof value === 'string') : [];
}

function count(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}

function body(text: string, plan: ActionPlan): string | Buffer {
  return 'content' in plan && isBinary(plan.content.handler) ? Buffer.from(text, 'base64') : text;
}

function total(counted: bigint | undefined, planned: Planned | undefined): bigint | undefined {
  if (planned === undefined) return counted;
  const rows = plannedRows(planned.result);
  if (counted === undefined || rows === undefined) return counted ?? rows;
  return planned.above !== undefined && counted > planned.above && rows > counted ? rows : counted;
}

function lines(result: SqlResult): string {
  return result.rows.map(([line]) => `${line ?? ''}\n`).join('');
}

/** `Plan Rows` of the outermost node of EXPLAIN (FORMAT JSON). */
function plannedRows(result: SqlResult): bigint | undefined {
  const found = /"Plan Rows":\s*(\d+)/.exec(result.rows[0]?.[0] ?? '');
  return found?.[1] === undefined ? undefined : BigInt(found[1]);
}

function texts(json: string | undefined): readonly (string | null)[] {
  if (json === undefined) return [];
  const values: unknown = JSON.parse(json);
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown) => (typeof value === 'string' ? value : null));
}
