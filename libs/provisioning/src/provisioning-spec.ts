/** What one data API needs of its database, who works for it there, and what was found while doing so. */
import type { ClientBase } from 'pg';
import type { StatementWatch } from './session.js';

export interface ProvisioningSpec {
  /** What users grant their own roles to; see `groupRoleName`. */
  readonly groupRole: string;
  /** The role the fleet logs in as: of this data API alone. */
  readonly loginRole: string;
  readonly loginPassword: string;
  /** The password as PostgreSQL stores it, so that servers that log statements log no password. */
  readonly loginVerifier: string;
  /** Schemas the API exposes (db_schemas). */
  readonly schemas: readonly string[];
  /** Role of requests without a token (db_anon_role); null when there is none. */
  readonly anonymousRole: string | null;
  /** Insert, update, delete and sequences for `authenticated`, besides reading. */
  readonly addDefaultGrants: boolean;
  /** Reading for `anonymous`. */
  readonly addAnonymousGrants: boolean;
  readonly skipAuthSchema: boolean;
}

/** Open connections to the database; whoever opened them closes them. */
export interface ProvisioningConnections {
  readonly owner: ClientBase;
  /** The private superuser of a local compute: for what PostgreSQL lets nobody else do (decision 1). */
  readonly superuser?: ClientBase | undefined;
  /** Told of every statement. */
  readonly watch?: StatementWatch | undefined;
}

export interface UnprotectedTable {
  readonly schema: string;
  readonly name: string;
  /** Which of the roles that requests run as can reach all of its rows. */
  readonly roles: readonly string[];
}

export interface ProvisioningFindings {
  /** Schemas that could be exposed. */
  readonly availableSchemas: readonly string[];
  /** Tables of the exposed schemas that a request reaches without row-level security. */
  readonly unprotectedTables: readonly UnprotectedTable[];
  /** Grants the owner may not make, one sentence each. */
  readonly skippedGrants: readonly string[];
  /** What works in another way than usual, one sentence each. */
  readonly notes: readonly string[];
  readonly schemaVersion: 'event-trigger' | 'on-miss';
}

export const anonymousGroup = 'anonymous';
export const authenticatedGroup = 'authenticated';

/**
 * Roles belong to a cluster: where it is shared with other data APIs (`attached`), each gets a group role of its own, or
 * what one user grants to it could be used through another's login.
 */
export function groupRoleName(compute: 'local' | 'attached', endpointId: string): string {
  return compute === 'local' ? 'authenticator' : `authenticator_${endpointId}`;
}
