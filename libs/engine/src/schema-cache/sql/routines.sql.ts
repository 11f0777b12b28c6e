import { exposedSchemas, resolvedDomains } from './exposed.sql.js';

/**
 * One row per function of an exposed schema that can be called: it has no parameters, one of them at least has a name (or an
 * OUT parameter has: one without a name may have a default), or there is one that takes a body. Columns: schema, name, comment, parameters (JSON array of `[name, type, cast type,
 * required, variadic]`), returns a set (t/f), return kind (scalar, composite, void), return type's schema and name, through a domain
 * (t/f), volatility (i, s, v), SET clauses (JSON array of `name=value`).
 *
 * Parameter names are paired with the types of the input parameters by position, as PostgREST does: right unless an OUT
 * parameter stands before an IN parameter (recorded: such functions cannot be called with arguments).
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-proc.html
 */
export const routinesSql = `
with recursive ${exposedSchemas}, ${resolvedDomains}
select s.nspname, p.proname, c.description,
  coalesce((
    select json_agg(json_build_array(
        coalesce(a.name, ''),
        format_type(a.type, null),
        format_type(case a.type
          when 'bpchar'::regtype then 'varchar'::regtype
          when 'bpchar[]'::regtype then 'varchar[]'::regtype
          when 'bit'::regtype then 'varbit'::regtype
          when 'bit[]'::regtype then 'varbit[]'::regtype
          else a.type
        end, null),
        a.position <= p.pronargs - p.pronargdefaults,
        coalesce(a.mode = 'v', false)
      ) order by a.position)
    from unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes) with ordinality as a (name, type, mode, position)
    where a.type is not null
  ), '[]'),
  p.proretset,
  case
    when p.prorettype = 'void'::regtype and not p.proretset then 'void'
    when b.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) then 'composite'
    else 'scalar'
  end,
  coalesce(rn.nspname, bn.nspname),
  coalesce(r.relname, case when d.domain is null or b.typtype = 'c' then b.typname else t.typname end),
  d.domain is not null,
  p.provolatile,
  coalesce(to_json(p.proconfig), '[]')
from pg_proc p
join exposed_schemas s on s.oid = p.pronamespace
join pg_type t on t.oid = p.prorettype
left join domains d on d.domain = p.prorettype
join pg_type b on b.oid = coalesce(d.base, p.prorettype)
join pg_namespace bn on bn.oid = case when b.typtype = 'c' then b.typnamespace else t.typnamespace end
left join pg_class r on r.oid = b.typrelid and b.typtype = 'c'
left join pg_namespace rn on rn.oid = r.relnamespace
left join pg_description c on c.classoid = 'pg_proc'::regclass and c.objoid = p.oid and c.objsubid = 0
-- Beside the join: in the scan it spares a look at the parameters of PostgreSQL's own three thousand functions.
where p.pronamespace = any (array(select oid from exposed_schemas))
  and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
  and (
    p.pronargs = 0
    or p.proargnames is not null
    or p.pronargs = 1 and p.proargtypes[0] in ('json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'bytea'::regtype, 'xml'::regtype)
  )
order by s.nspname, p.proname, p.oid`;
