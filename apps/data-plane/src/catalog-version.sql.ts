/**
 * One text that differs whenever the catalogs that a schema cache is made of differ: object ids and the transactions
 * that wrote their rows, summed up. Everything that users make has an object id from 16384 up.
 *
 * @see https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT
 */
const sumOf = (catalog: string, id: string, condition: string): string =>
  `(select count(*) || '.' || coalesce(sum(hashint8extended((${id})::int8, xmin::text::int8)), 0) from pg_catalog.${catalog} where ${condition})`;

export const catalogVersionSql = `select concat_ws(':',
  ${sumOf('pg_namespace', 'oid', `nspname not like 'pg\\_temp\\_%' and nspname not like 'pg\\_toast\\_temp\\_%'`)},
  ${sumOf('pg_class', 'oid', `oid >= 16384 and relpersistence <> 't'`)},
  ${sumOf('pg_attribute', '(attrelid::int8 << 16) + attnum', 'attrelid >= 16384')},
  ${sumOf('pg_constraint', 'oid', 'oid >= 16384')},
  ${sumOf('pg_rewrite', 'oid', 'oid >= 16384')},
  ${sumOf('pg_proc', 'oid', 'oid >= 16384')},
  ${sumOf('pg_type', 'oid', 'oid >= 16384')},
  ${sumOf('pg_cast', 'oid', 'oid >= 16384')},
  ${sumOf('pg_description', '(objoid::int8 << 16) + objsubid', 'objoid >= 16384')},
  ${sumOf('pg_auth_members', '(roleid::int8 << 32) + member::int8', 'true')},
  ${sumOf('pg_db_role_setting', '(setdatabase::int8 << 32) + setrole::int8', 'true')})`;
