/** The rows of a payload as a FROM item: one json parameter in, rows with the table's types out. */
import type { InsertPlan, PayloadColumn, PayloadRows, UpdatePlan } from '../plan/mutate-plan.js';
import { InternalError } from '../error/engine-error.js';
import { empty, ident, join, literal, param, qualified, raw, sql, type SqlFragment } from './sql.js';

/** What the payload's rows are called. */
export const bodyAlias = { schema: '', name: 'pgrst_body' };

/** A function takes at most 100 arguments (FUNC_MAX_ARGS), two for each default. */
const defaultsPerCall = 45;

/** An update takes its values from one row only; an object is no more than that. */
export function payloadRows(plan: InsertPlan | UpdatePlan): SqlFragment {
  const alias = ident(bodyAlias.name);
  if (plan.columns.length === 0) return sql`(select from ${emptyRecords(plan.rows)}) as ${alias}`;
  const values = plan.columns.map(value);
  const limit = plan.kind === 'update' && plan.rows.shape !== 'object' ? sql` limit 1` : empty;
  return sql`(select ${join(values, ', ')} from ${records(plan)}${limit}) as ${alias}`;
}

/** Objects without members: a row of nothing but defaults for each. */
function emptyRecords({ json, shape }: PayloadRows): SqlFragment {
  return shape === 'object' ? sql`(values (1)) as _` : sql`pg_catalog.json_array_elements(${param(json)}::json) as _`;
}

function records({ columns, rows, missingAsDefault }: InsertPlan | UpdatePlan): SqlFragment {
  const types = join(columns.map(declaration), ', ');
  const json = param(rows.json);
  if (!missingAsDefault) {
    const read = rows.shape === 'object' ? sql`pg_catalog.json_to_record` : sql`pg_catalog.json_to_recordset`;
    return sql`${read}(${json}::json) as _(${types})`;
  }
  const defaults = defaultValues(columns);
  return rows.shape === 'object'
    ? sql`pg_catalog.jsonb_to_record(${defaults} || ${json}::jsonb) as _(${types})`
    : sql`pg_catalog.jsonb_to_recordset((select pg_catalog.jsonb_agg(${defaults} || pgrst_element) from pg_catalog.jsonb_array_elements(${json}::jsonb) as pgrst_element)) as _(${types})`;
}

/** The defaults as one jsonb object, over which a row's own keys are laid. Evaluated for each row. */
function defaultValues(columns: readonly PayloadColumn[]): SqlFragment {
  const pairs = columns.flatMap(({ field, defaultExpression }) =>
    defaultExpression === undefined ? [] : [sql`${literal(field.name)}, ${raw(defaultExpression)}`],
  );
  const objects: SqlFragment[] = [];
  for (let start = 0; start < pairs.length; start += defaultsPerCall) {
    objects.push(sql`pg_catalog.jsonb_build_object(${join(pairs.slice(start, start + defaultsPerCall), ', ')})`);
  }
  return objects.length === 0 ? sql`'{}'::jsonb` : join(objects, ' || ');
}

/** A column with a representation is read as json and then by its function. */
function declaration({ field }: PayloadColumn): SqlFragment {
  if (field.type === undefined) throw new InternalError(`no type for the column ${field.name}`);
  return sql`${ident(field.name)} ${field.representation === undefined ? raw(field.type) : sql`json`}`;
}

function value({ field }: PayloadColumn): SqlFragment {
  const name = ident(field.name);
  return field.representation === undefined ? name : sql`${qualified(field.representation)}(${name}) as ${name}`;
}
