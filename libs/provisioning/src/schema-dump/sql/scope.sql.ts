/** Which objects are the user's: neither PostgreSQL's own, nor Perch's, nor an extension's. */

/** @param n alias of a pg_namespace row */
export const userSchema = (n: string): string =>
  `${n}.nspname !~ '^pg_' and ${n}.nspname not in ('information_schema', 'perch')`;

/** @param oid expression @param catalog the object's catalog */
export const ofNoExtension = (oid: string, catalog: string): string =>
  `not exists (select from pg_depend e
                where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** Roles that Perch makes for itself come and go with a data API. @param name expression */
export const userRole = (name: string): string => `${name} !~ '^(perch_|authenticator)'`;

/** ` COLLATE x.y` where it is not the type's own. @param collation expression @param type expression */
export const collateClause = (collation: string, type: string): string =>
  `coalesce((select format(' COLLATE %I.%I', ln.nspname, l.collname)
               from pg_collation l join pg_namespace ln on ln.oid = l.collnamespace
              where l.oid = ${collation}
                and l.oid <> (select ty.typcollation from pg_type ty where ty.oid = ${type})), '')`;
