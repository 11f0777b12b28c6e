import { exposedSchemas } from './exposed.sql.js';

/**
 * One row per function or aggregate of an exposed schema that returns a domain called like a media type: aggregate (t/f),
 * its schema and name, media type as the domain spells it, and of an aggregate the schema and name of its only parameter's relation (null for
 * any row: anyelement), and whether the media type is bytes (t/f).
 */
export const mediaHandlersSql = `
with ${exposedSchemas},
  media_types as materialized (
    select t.oid, t.typname as name, (
      with recursive below as (
        select t.typbasetype as oid
        union all
        select b.typbasetype from below join pg_type b on b.oid = below.oid where b.typtype = 'd'
      )
      select bool_or(below.oid = 'pg_catalog.bytea'::regtype) from below
    ) as is_binary
    from pg_type t
    where t.typtype = 'd' and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
  )
select p.prokind = 'a', s.nspname, p.proname, m.name, an.nspname, ar.relname, m.is_binary
from media_types m
join pg_proc p on p.prorettype = m.oid
join exposed_schemas s on s.oid = p.pronamespace
left join pg_type at on at.oid = p.proargtypes[0]
left join pg_class ar on ar.reltype = at.oid and ar.oid = at.typrelid and ar.relkind in ('r', 'p', 'v', 'm', 'f')
left join pg_namespace an on an.oid = ar.relnamespace
where p.prokind = 'f' and not p.proretset
  or p.prokind = 'a' and p.pronargs = 1 and (ar.oid is not null or at.oid = 'anyelement'::regtype)
order by s.nspname, p.proname, p.oid`;
