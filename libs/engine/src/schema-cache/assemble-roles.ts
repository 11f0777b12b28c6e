/** Rows of the queries for roles and memberships in, the roles that requests may name out. Pure. */
import { readSettings } from './catalog-function.js';
import { flag, listsBy, text, type CatalogRow } from './catalog-row.js';
import type { Role } from './role.js';
import { splitIsolation } from './split-isolation.js';

const authenticatorGroup = /^authenticator($|_)/;

/** Names of the parameters that roles have settings for. */
export function configuredParameters(roles: readonly CatalogRow[]): readonly string[] {
  return [...new Set(roles.flatMap((row) => readSettings(row, 5).map(([name]) => name)))];
}

/** @param maySet whether the connecting role may set a parameter; other settings do not apply. */
export function assembleRoles(
  roles: readonly CatalogRow[],
  memberships: readonly CatalogRow[],
  maySet: (parameter: string) => boolean,
): readonly Role[] {
  const groupsOf = listsBy(memberships, 1, 0);
  const authenticators = new Set(
    roles.filter((row) => authenticatorGroup.test(text(row, 1))).map((row) => text(row, 0)),
  );
  return roles.map((row) => ({
    name: text(row, 1),
    refused: isRefused(row, (oid) => isMember(oid, authenticators, groupsOf)),
    ...splitIsolation(readSettings(row, 5).filter(([name]) => maySet(name))),
  }));
}

/** Superusers, BYPASSRLS, `pg_*`, `none`, the authenticator groups that provisioning makes and their login roles. */
function isRefused(row: CatalogRow, isAuthenticator: (oid: string) => boolean): boolean {
  const name = text(row, 1);
  if (flag(row, 2) || flag(row, 3) || name === 'none' || name.startsWith('pg_')) return true;
  return authenticatorGroup.test(name) || (flag(row, 4) && isAuthenticator(text(row, 0)));
}

/** Directly or by way of other groups. The groups of the connecting role's groups are its own, so all of them are known. */
function isMember(
  role: string,
  groups: ReadonlySet<string>,
  groupsOf: ReadonlyMap<string, readonly string[]>,
): boolean {
  const seen = new Set([role]);
  for (const one of seen) {
    if (groups.has(one)) return true;
    for (const group of groupsOf.get(one) ?? []) seen.add(group);
  }
  return false;
}
