/** Roles that the connecting role is a member of: whom requests may run as, and which of their settings apply. */
import type { IsolationLevel } from './routine.js';

export interface Role {
  readonly name: string;
  /**
   * Nobody may become it through a token: a superuser, BYPASSRLS, `pg_*`, an authenticator group or a login role of Perch's.
   * The answer is PostgreSQL's own: 42501, `permission denied to set role "x"`.
   */
  readonly refused: boolean;
  /** Its settings that the connecting role may set, in order, without default_transaction_isolation. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly isolation: IsolationLevel | undefined;
}
