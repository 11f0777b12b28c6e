/**
 * The main statement of a root document: which of a schema's tables and functions the request's role may use, in one row.
 * Column order is that of `inspectColumns`.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/openapi.html
 */
import type { ApiConfig } from '../api-config.js';
import type { InspectAction } from '../plan/action-plan.js';
import { param, sql, type SqlFragment } from './sql.js';

/** Index of each column in the statement's only row. */
export const inspectColumns = { tables: 0, routines: 1 } as const;

export function inspectStatement({ schema, version }: InspectAction, config: ApiConfig): SqlFragment {
  const follows = config.openApiMode === 'follow-privileges';
  // The dialect reads the schema's name as SQL would, without quotes (recorded: a name with a space is an error).
  const namespace =
    version === '2.0'
      ? sql`${param(schema)}::regnamespace`
      : sql`pg_catalog.quote_ident(${param(schema)})::regnamespace`;
  return sql`select ${follows ? usableTables : everything} as tables, ${follows ? callableRoutines : everything} as routines from (select ${namespace} as oid) as pgrst_schema`;
}

const everything = sql`null::json`;

const usableTables = sql`(select coalesce(pg_catalog.json_agg(c.relname), '[]') from pg_catalog.pg_class c where c.relnamespace = pgrst_schema.oid and c.relkind in ('r', 'p', 'v', 'm', 'f') and (pg_catalog.pg_has_role(c.relowner, 'USAGE') or pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') or pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')))`;

const callableRoutines = sql`(select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(p.proname, p.proargtypes::oid[]::regtype[]::text[])), '[]') from pg_catalog.pg_proc p where p.pronamespace = pgrst_schema.oid and pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))`;
