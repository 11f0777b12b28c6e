/**
 * One row per implicit cast by function between a domain and json or text that the connecting role may call: domain, other
 * type (json, text), from the domain (t) or to it (f), function's schema and name.
 *
 * PostgreSQL itself ignores casts of domains.
 *
 * @see https://www.postgresql.org/docs/current/sql-createcast.html
 */
export const representationsSql = `
select format_type(case when s.typtype = 'd' then s.oid else t.oid end, null),
  format_type(case when s.typtype = 'd' then t.oid else s.oid end, null),
  s.typtype = 'd',
  n.nspname, p.proname
from pg_cast c
join pg_type s on s.oid = c.castsource
join pg_type t on t.oid = c.casttarget
join pg_proc p on p.oid = c.castfunc
join pg_namespace n on n.oid = p.pronamespace
where c.castcontext = 'i' and c.castmethod = 'f' and has_function_privilege(p.oid, 'execute')
  and (
    s.typtype = 'd' and t.oid in ('json'::regtype, 'text'::regtype)
    or t.typtype = 'd' and s.oid in ('json'::regtype, 'text'::regtype)
  )
order by 1, 2, 3`;
