/** What the text does not make and says so: what only superusers make, or what Perch has no words for. */
import { ofNoExtension } from './scope.sql.js';

const catalogs = [
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_cast',
  'pg_collation',
  'pg_conversion',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_publication',
  'pg_transform',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
];

const candidates = [
  ...catalogs.map((catalog) => [catalog, `select oid from ${catalog}`] as const),
  ['pg_proc', `select oid from pg_proc where prokind = 'a'`] as const,
  [
    'pg_type',
    `select t.oid from pg_type t left join pg_range r on r.rngtypid = t.oid
      where t.typtype = 'b' and t.typelem = 0 or t.typtype = 'p' or r.rngcanonical <> 0`,
  ] as const,
  ['pg_class', `select oid from pg_class where relkind = 'f' or reloftype <> 0`] as const,
  ['pg_event_trigger', `select oid from pg_event_trigger where evtname !~ '^perch_'`] as const,
];

export const leftOutSql = candidates
  .map(
    ([catalog, oids]) => `
select i.type || ' ' || i.identity as what
  from (${oids}) o cross join lateral pg_identify_object('${catalog}'::regclass, o.oid, 0) i
 where o.oid >= 16384 and ${ofNoExtension('o.oid', catalog)}
   -- What comes with a range.
   and not exists (select from pg_depend d
                    where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype = 'i')`,
  )
  .join('\n union all\n')
  .concat('\n order by 1');
