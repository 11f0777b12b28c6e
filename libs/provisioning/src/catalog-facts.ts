/** Reads what is there already, so that every step makes only what is missing. */
import { anonymousGroup, authenticatedGroup, type ProvisioningSpec } from './provisioning-spec.js';
import { catalogFactsSql } from './catalog-facts.sql.js';
import type { Session } from './session.js';

export interface RoleFacts {
  readonly name: string;
  readonly super: boolean;
  readonly bypassrls: boolean;
  /** Whether the owner may grant it on. */
  readonly admin: boolean;
  /** Whether it may connect to this database. */
  readonly connect: boolean;
  /** Those of the other wanted roles that it may switch to. */
  readonly switches_to: readonly string[];
}

export interface CatalogFacts {
  /** Such as 160004. */
  readonly version: number;
  readonly owner: string;
  readonly database: string;
  readonly is_superuser: boolean;
  readonly roles: readonly RoleFacts[];
  readonly auth_schema: { readonly owner: string; readonly comment: string | null } | null;
}

export async function readCatalogFacts(session: Session, spec: ProvisioningSpec): Promise<CatalogFacts> {
  const values = [spec.groupRole, spec.loginRole, anonymousGroup, authenticatedGroup];
  const [facts] = await session.rows<CatalogFacts>({ text: catalogFactsSql, values });
  // A select without FROM-less alternatives always answers one row; an empty answer only types it.
  return facts ?? { version: 0, owner: '', database: '', is_superuser: false, roles: [], auth_schema: null };
}
