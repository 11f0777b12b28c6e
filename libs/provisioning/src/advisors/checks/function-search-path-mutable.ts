/**
 * Finds: function without a search_path of its own. A body in standard SQL has its names looked up already when it is
 * created.
 */
import type { DatabaseCheck } from '../advisor-check.js';

export const functionSearchPathMutable: DatabaseCheck = {
  kind: 'database',
  name: 'function_search_path_mutable',
  title: 'Function without a search_path of its own',
  level: 'WARN',
  category: 'SECURITY',
  description:
    'Names in the function are looked up where its caller says, so a caller can put objects of their own in between.',
  sql: `
select format('%I.%I(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) as key,
       format('Function %I.%I looks names up in the search_path of its caller', n.nspname, f.proname) as detail,
       format('ALTER ROUTINE %I.%I(%s) SET search_path = pg_catalog, %I, pg_temp;', n.nspname, f.proname,
              pg_get_function_identity_arguments(f.oid), n.nspname) as fix,
       jsonb_build_object('schema', n.nspname, 'name', f.proname, 'type', 'function') as metadata
  from pg_proc f join pg_namespace n on n.oid = f.pronamespace join scope s on n.nspname = any(s.schemas)
 where f.prokind in ('f', 'p') and f.prosqlbody is null and n.nspname <> 'auth'
   and not exists (select from unnest(f.proconfig) c where c like 'search_path=%')
   and not exists (select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e')`,
};
