/**
 * Which schemas and relations the catalog queries are about: found once, noted as settings of the transaction, and taken
 * from there by every query. Subqueries instead would be planned anew in each of them, which on a cold connection costs
 * more than running them.
 */

/** Objects of which a list of oids is noted. */
type Scope = 'schemas' | 'view_schemas' | 'relations' | 'seen_through';

const noteAs = (scope: Scope, oids: string): string =>
  `set_config('perch.${scope}', coalesce(${oids}::oid[]::text, '{}'), true)`;

const oidsOf = (scope: Scope): string => `(select current_setting('perch.${scope}'))::oid[]`;

/** One of the noted objects; evaluated once per query, so that an index is searched for each of them. */
export const oneOf = (scope: Scope): string => `any (${oidsOf(scope)})`;

export const oneOfEither = (scope: Scope, other: Scope): string => `any (${oidsOf(scope)} || ${oidsOf(other)})`;

const named = (parameter: string): string =>
  `array(select oid from pg_namespace where nspname in (select json_array_elements_text(${parameter}::json)))`;

/**
 * Notes the exposed schemas ($1, a JSON array of names), and those together with the extra search path ($2, the same):
 * where views are looked through.
 */
export const schemasScopeSql = `
select ${noteAs('schemas', named('$1'))}, ${noteAs('view_schemas', `(${named('$1')} || ${named('$2')})`)}`;

/**
 * Notes the relations of the exposed schemas. Partitions are left out, since they are reached through their parent; but
 * those with a foreign key of their own, or whose rows a function takes or returns, cannot be reached so: they are there to
 * be embedded.
 */
export const relationsScopeSql = `
select ${noteAs('relations', 'array_agg(oid)')}
from pg_class
where relnamespace = ${oneOf('schemas')} and relkind in ('r', 'p', 'v', 'm', 'f')
  and (
    not relispartition
    or oid in (select unnest(array[conrelid, confrelid]) from pg_constraint where contype = 'f' and conparentid = 0)
    or reltype in (
      select unnest(array[proargtypes[0], prorettype]) from pg_proc where oid >= 16384 and pronargs = 1 and prokind = 'f'
    )
  )`;

/**
 * Notes the exposed views, all that their queries name, and so on through every view in the schemas for that: as with
 * PostgREST, what lies below a view elsewhere is not known. A rule depends on all that its query names.
 */
export const seenThroughScopeSql = `
with recursive seen (oid) as (
  select oid from pg_class where oid = ${oneOf('relations')} and relkind in ('v', 'm')
  union
  select d.refobjid
  from seen s
  join pg_class v on v.oid = s.oid and v.relnamespace = ${oneOf('view_schemas')}
  join pg_rewrite r on r.ev_class = v.oid and r.rulename = '_RETURN'
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
)
select ${noteAs('seen_through', 'array(select oid from seen)')}`;
