/**
 * The functions of the `auth` schema: what policies ask about the token of a request. Plain SQL over the setting that
 * the fleet writes, parsed when they are made, so that no search_path changes their meaning; a claim that is missing or
 * malformed gives null, never an error.
 */

export interface AuthFunction {
  readonly name: string;
  readonly definition: string;
}

const FIRST_WITH_INPUT_CHECK = 160_000;

/** A text is a UUID or it is null: a subject may be any text. */
const uuidOf = (expression: string) =>
  `CASE WHEN (${expression}) ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN (${expression})::uuid END`;

/** In the order in which they must be made. @param version server_version_num. */
export function authFunctions(version: number): readonly AuthFunction[] {
  // Before 16, only catching the error tells bad JSON, and that cannot be done in a parallel worker.
  const safety = version >= FIRST_WITH_INPUT_CHECK ? 'PARALLEL SAFE' : 'PARALLEL RESTRICTED';
  const sql = (name: string, type: string, expression: string): AuthFunction => ({
    name,
    definition: `CREATE FUNCTION auth.${name}() RETURNS ${type} LANGUAGE sql STABLE ${safety} RETURN ${expression}`,
  });
  return [
    version >= FIRST_WITH_INPUT_CHECK ? sql('jwt', 'jsonb', checkedClaims) : { name: 'jwt', definition: caughtClaims },
    sql('session', 'jsonb', 'auth.jwt()'),
    sql('user_id', 'text', "auth.jwt() ->> 'sub'"),
    sql('uid', 'uuid', uuidOf("auth.jwt() ->> 'sub'")),
    sql('role', 'text', "auth.jwt() ->> 'role'"),
    sql('email', 'text', "auth.jwt() ->> 'email'"),
    sql('organization', 'jsonb', "auth.jwt() -> 'o'"),
    sql('organization_id', 'uuid', uuidOf("auth.jwt() -> 'o' ->> 'id'")),
  ];
}

const checkedClaims = `CASE WHEN pg_input_is_valid(current_setting('request.jwt.claims', true), 'jsonb')
  THEN current_setting('request.jwt.claims', true)::jsonb ELSE 'null'::jsonb END`;

const caughtClaims = `CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, 'null'::jsonb);
EXCEPTION WHEN data_exception THEN
  RETURN 'null'::jsonb;
END $$`;
