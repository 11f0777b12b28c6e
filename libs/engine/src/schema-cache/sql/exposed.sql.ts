/** Parts that several catalog queries share: the exposed schemas ($1, a JSON array of names) and the relations in them. */

export const exposedSchemas = `
  exposed_schemas as materialized (
    select n.oid, n.nspname
    from pg_namespace n
    where n.nspname in (select json_array_elements_text($1::json))
  )`;

/**
 * Partitions are left out, since they are reached through their parent; but those with a foreign key of their own, or whose
 * rows a function takes or returns, cannot be reached so: they are there to be embedded.
 */
export const exposedRelations = `${exposedSchemas},
  own_keys as materialized (
    select unnest(array[k.conrelid, k.confrelid]) as relation
    from pg_constraint k
    where k.contype = 'f' and k.conparentid = 0
  ),
  own_functions as materialized (
    select unnest(array[p.proargtypes[0], p.prorettype]) as type
    from pg_proc p
    where p.oid >= 16384 and p.pronargs = 1 and p.prokind = 'f'
  ),
  exposed as materialized (
    select c.oid, c.relname, c.relkind, c.reltype, c.relispartition, s.nspname
    from pg_class c
    join exposed_schemas s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (
        not c.relispartition or c.oid in (select relation from own_keys) or c.reltype in (select type from own_functions)
      )
  )`;

/**
 * Views of exposed schemas and every view below them in those and in the extra search path ($2, a JSON array of names): as
 * with PostgREST, what lies below a view elsewhere is not known. A rule depends on all that its query names.
 * Needs `with recursive`.
 */
export const reachedViews = `${exposedRelations},
  reached_views (oid) as (
    select oid from exposed where relkind in ('v', 'm')
    union
    select below.oid
    from reached_views v
    join pg_rewrite r on r.ev_class = v.oid and r.rulename = '_RETURN'
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    join pg_class below on below.oid = d.refobjid and below.relkind in ('v', 'm')
    join pg_namespace n on n.oid = below.relnamespace
    where n.oid in (select oid from exposed_schemas) or n.nspname in (select json_array_elements_text($2::json))
  )`;

/** Domains with what they stand for in the end; the outermost modifier and default win. Needs `with recursive`. */
export const resolvedDomains = `
  domain_steps (domain, base, typmod, required, final) as (
    select t.oid, t.typbasetype, t.typtypmod, t.typnotnull, b.typtype <> 'd'
    from pg_type t
    join pg_type b on b.oid = t.typbasetype
    where t.typtype = 'd'
    union all
    select s.domain, t.typbasetype, case when s.typmod = -1 then t.typtypmod else s.typmod end,
      s.required or t.typnotnull, b.typtype <> 'd'
    from domain_steps s
    join pg_type t on t.oid = s.base
    join pg_type b on b.oid = t.typbasetype
    where not s.final
  ),
  domains as materialized (select domain, base, typmod, required from domain_steps where final)`;
