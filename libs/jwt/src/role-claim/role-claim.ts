/** The role claim key in, a function that finds the role in claims out. */
import type { JsonObject, JsonValue } from '../json-value.js';
import { compileDottedPath } from './dotted-path.js';
import { evaluateJsonPath } from './json-path-evaluate.js';
import { parseJsonPath } from './json-path-parse.js';
import { RoleClaimKeyError } from './role-claim-key-error.js';

/** Characters; the key is read anew for every tenant. */
const MAX_KEY_LENGTH = 1_000;

/** undefined when the claims have no role. */
export type FindRole = (claims: JsonObject) => string | undefined;

/**
 * Compiles `jwt_role_claim_key`: RFC 9535 when it starts with `$`, the older dotted syntax when it starts with a dot.
 * Of several matches the first one counts. What is no text stands for its JSON: such a role does not exist, and PostgreSQL
 * says so.
 *
 * @throws RoleClaimKeyError
 */
export function compileRoleClaim(key: string): FindRole {
  if (key.length > MAX_KEY_LENGTH) throw new RoleClaimKeyError(`${key.slice(0, 40)}...`, 'it is too long');
  const find = compilePath(key);
  return (claims) => {
    const value = find(claims);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** What is wrong with a key, for those who take it from a user; undefined when it can be read. */
export function roleClaimKeyProblem(key: string): string | undefined {
  try {
    compileRoleClaim(key);
    return undefined;
  } catch (error) {
    if (error instanceof RoleClaimKeyError) return error.message;
    throw error;
  }
}

function compilePath(key: string): (claims: JsonObject) => JsonValue | undefined {
  if (!key.startsWith('$')) return compileDottedPath(key);
  const query = parseJsonPath(key);
  return (claims) => evaluateJsonPath(query, claims)[0];
}
