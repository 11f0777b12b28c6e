/** What changes the table: a MutatePlan in, the INSERT, UPDATE or DELETE with its RETURNING out. */
import { assertNever } from '../error/engine-error.js';
import type {
  ConflictRule,
  DeletePlan,
  InsertPlan,
  MutatePlan,
  PayloadColumn,
  UpdatePlan,
} from '../plan/mutate-plan.js';
import { whereSql } from './filter-sql.js';
import { bodyAlias, payloadRows } from './payload-sql.js';
import { column, empty, ident, isEmpty, join, literal, qualified, sql, type SqlFragment } from './sql.js';

/** Transaction-local counter of the rows that an upsert inserted, as text. */
export const insertedSetting = 'perch.inserted';

export function mutateQuery(plan: MutatePlan): SqlFragment {
  switch (plan.kind) {
    case 'insert':
      return insertQuery(plan);
    case 'update':
      return updateQuery(plan);
    case 'delete':
      return deleteQuery(plan);
    default:
      return assertNever(plan);
  }
}

function insertQuery(plan: InsertPlan): SqlFragment {
  const { target, columns, conflict, payloadMustMatch } = plan;
  const tail = sql`${onConflict(conflict, columns)}${returning(plan)}`;
  const names = columns.map(({ field }) => ident(field.name));
  const values = columns.map(({ field }) => column(bodyAlias, field.name));
  const matching = whereSql(payloadMustMatch, bodyAlias);
  // Behind the conditions: only rows that are really inserted count.
  const counting =
    conflict?.resolution === 'merge-duplicates'
      ? sql` ${isEmpty(matching) ? sql`where` : sql`and`} ${countInserted(1)}`
      : empty;
  const list = names.length === 0 ? empty : sql` (${join(names, ', ')})`;
  return sql`insert into ${qualified(target)}${list} select ${join(values, ', ')} from ${payloadRows(plan)}${matching}${counting}${tail}`;
}

function updateQuery(plan: UpdatePlan): SqlFragment {
  const { target, columns, where } = plan;
  if (columns.length === 0) return noRows(plan);
  const sets = columns.map(({ field }) => sql`${ident(field.name)} = ${column(bodyAlias, field.name)}`);
  return sql`update ${qualified(target)} set ${join(sets, ', ')} from ${payloadRows(plan)}${whereSql(where, target)}${returning(plan)}`;
}

function deleteQuery(plan: DeletePlan): SqlFragment {
  return sql`delete from ${qualified(plan.target)}${whereSql(plan.where, plan.target)}${returning(plan)}`;
}

/** An update that sets nothing changes nothing, and its representation is of no row. It reads, as PostgREST's: that needs SELECT. */
function noRows({ target, returning: names }: UpdatePlan): SqlFragment {
  const shown = names?.length === 0 ? sql`null` : columnList(names, target);
  return sql`select ${shown} from ${qualified(target)} where false`;
}

function updatesOnConflict(conflict: ConflictRule | undefined, columns: readonly PayloadColumn[]): boolean {
  return conflict?.resolution === 'merge-duplicates' && columns.length > 0;
}

function onConflict(conflict: ConflictRule | undefined, columns: readonly PayloadColumn[]): SqlFragment {
  if (conflict === undefined || conflict.columns.length === 0) return empty;
  const key = join(conflict.columns.map(ident), ', ');
  if (!updatesOnConflict(conflict, columns)) return sql` on conflict (${key}) do nothing`;
  const sets = columns.map(({ field }) => sql`${ident(field.name)} = excluded.${ident(field.name)}`);
  return sql` on conflict (${key}) do update set ${join(sets, ', ')} where ${countInserted(-1)}`;
}

/**
 * Always true; moves the counter. Each row of the payload counts one up as it comes, and one down where it became an
 * update: what is left was inserted.
 */
function countInserted(step: 1 | -1): SqlFragment {
  const name = literal(insertedSetting);
  const now = sql`coalesce(nullif(pg_catalog.current_setting(${name}, true), ''), '0')::int`;
  return sql`pg_catalog.set_config(${name}, (${now} ${step === 1 ? sql`+ 1` : sql`- 1`})::text, true) is not null`;
}

function returning({ returning: names, target }: MutatePlan): SqlFragment {
  return sql` returning ${names?.length === 0 ? sql`1` : columnList(names, target)}`;
}

function columnList(names: MutatePlan['returning'], target: MutatePlan['target']): SqlFragment {
  return names === undefined
    ? sql`${qualified(target)}.*`
    : join(
        names.map((name) => column(target, name)),
        ', ',
      );
}
