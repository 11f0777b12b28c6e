/**
 * The schema version: an insert-only table that two event triggers write to. Readers take `bit_xor(r) || ':' || sum(n)`
 * over it. Commits in any order give different versions, nobody waits for anybody, and putting rows together keeps the
 * version (research: commits out of order, compaction beside an open migration).
 *
 * `r` random, one row per transaction; `n` how many such rows it stands for.
 *
 * @see https://www.postgresql.org/docs/18/event-triggers.html
 */

export const eventTriggers = [
  { name: 'perch_schema_ddl', event: 'ddl_command_end' },
  { name: 'perch_schema_drop', event: 'sql_drop' },
] as const;

export const randomBigint = `('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint`;

/** Rows at which a transaction puts all it can lock into one. */
const COMPACT_ABOVE = 64;

/** The event triggers call it. Its owner is who installed it, whoever runs the DDL. */
export const bumpFunctionSql = `
CREATE OR REPLACE FUNCTION perch.bump_schema() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF tg_tag IN ('REFRESH MATERIALIZED VIEW', 'REINDEX') THEN
    RETURN;
  END IF;
  IF tg_event = 'ddl_command_end' THEN
    IF NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() c
                    WHERE c.schema_name IS NULL OR c.schema_name NOT LIKE 'pg\\_temp%') THEN
      RETURN;
    END IF;
  ELSIF NOT EXISTS (SELECT FROM pg_event_trigger_dropped_objects() o WHERE NOT o.is_temporary) THEN
    RETURN;
  END IF;
  IF current_setting('perch.bumped_in', true) IS NOT DISTINCT FROM pg_current_xact_id()::text THEN
    RETURN;
  END IF;
  PERFORM set_config('perch.bumped_in', pg_current_xact_id()::text, true);
  INSERT INTO perch.schema_bump (r, n) VALUES (${randomBigint}, 1);
  -- In the stricter isolation levels a row that another transaction took would be an error for the user's DDL.
  IF current_setting('transaction_isolation') = 'read committed'
     AND (SELECT count(*) FROM perch.schema_bump) > ${COMPACT_ABOVE} THEN
    WITH gone AS (
      DELETE FROM perch.schema_bump
       WHERE ctid = ANY (ARRAY(SELECT ctid FROM perch.schema_bump FOR UPDATE SKIP LOCKED))
      RETURNING r, n)
    INSERT INTO perch.schema_bump (r, n) SELECT bit_xor(g.r), sum(g.n) FROM gone g HAVING count(*) > 0;
  END IF;
END $$`;

/** Whether nobody but who asks owns the schema `perch` or anything in it; true where there is none. */
export const schemaIsOursSql = `(
  coalesce((select nspowner = (select oid from pg_roles where rolname = current_user)
              from pg_namespace where nspname = 'perch'), true)
  and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'perch' and pg_get_userbyid(c.relowner) <> current_user)
  and not exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                   where n.nspname = 'perch' and pg_get_userbyid(p.proowner) <> current_user))`;

/**
 * Somebody may have made the schema since it was looked at, with a table whose triggers would then run as the superuser.
 * Once it is ours nobody else can put anything into it.
 */
const refuseForeignSchema = `DO $$ BEGIN
  IF NOT ${schemaIsOursSql} THEN
    RAISE insufficient_privilege USING MESSAGE = 'somebody else made a schema ''perch'' meanwhile';
  END IF;
END $$`;

/** Everything in order, for one transaction; what is there already is not made again. @param present trigger names. */
export function schemaVersionStatements(present: ReadonlySet<string>): readonly string[] {
  return [
    'CREATE SCHEMA IF NOT EXISTS perch',
    refuseForeignSchema,
    `CREATE TABLE IF NOT EXISTS perch.schema_bump (r bigint NOT NULL, n bigint NOT NULL)`,
    `INSERT INTO perch.schema_bump (r, n) SELECT ${randomBigint}, 1 WHERE NOT EXISTS (SELECT FROM perch.schema_bump)`,
    'GRANT USAGE ON SCHEMA perch TO PUBLIC',
    'GRANT SELECT ON TABLE perch.schema_bump TO PUBLIC',
    bumpFunctionSql,
    'REVOKE ALL ON FUNCTION perch.bump_schema() FROM PUBLIC',
    ...eventTriggers.flatMap(({ name, event }) => [
      ...(present.has(name) ? [] : [`CREATE EVENT TRIGGER ${name} ON ${event} EXECUTE FUNCTION perch.bump_schema()`]),
      `ALTER EVENT TRIGGER ${name} ENABLE ALWAYS`,
    ]),
  ];
}
