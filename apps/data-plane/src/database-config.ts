/**
 * What a database says of its own data API (`db_config`), over what its snapshot says: settings as they were read in, the
 * tenant as it is to be served out.
 */
import { PlanCache, withDatabaseSettings } from '@perch/engine';
import type { ActiveTenant } from './active-tenant.js';

export interface DatabaseConfig {
  /** The same object for the same tenant, so that what is derived from it is derived once. */
  applyTo(tenant: ActiveTenant): ActiveTenant;
}

/** A database that has no say, or says nothing. */
export const noDatabaseConfig: DatabaseConfig = { applyTo: (tenant) => tenant };

/** @param settings names as settings, values as text; a value that is none of its setting leaves it as it is. */
export function createDatabaseConfig(settings: ReadonlyMap<string, string>): DatabaseConfig {
  if (settings.size === 0) return noDatabaseConfig;
  const applied = new WeakMap<ActiveTenant, ActiveTenant>();
  return {
    applyTo(tenant) {
      const known = applied.get(tenant);
      if (known !== undefined) return known;
      const configured = configuredBy(settings, tenant);
      applied.set(tenant, configured);
      return configured;
    },
  };
}

function configuredBy(settings: ReadonlyMap<string, string>, tenant: ActiveTenant): ActiveTenant {
  const { config: api } = withDatabaseSettings(tenant.api, settings);
  const { snapshot } = tenant;
  const anonymous = api.anonRole ?? null;
  return Object.freeze({
    ...tenant,
    api: Object.freeze(api),
    plans: new PlanCache(api),
    // Authentication asks the snapshot who the anonymous role is.
    snapshot:
      anonymous === snapshot.settings.db_anon_role
        ? snapshot
        : Object.freeze({ ...snapshot, settings: { ...snapshot.settings, db_anon_role: anonymous } }),
  });
}
