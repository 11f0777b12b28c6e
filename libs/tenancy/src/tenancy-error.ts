/** Why a request's tenant cannot be served, and why a source of snapshots cannot be used. */

/** The address names no data API: the host, the path or both are not known here. */
export class UnknownTenantError extends Error {
  override readonly name = 'UnknownTenantError';
  readonly code = 'tenant.unknown';

  constructor() {
    super('No data API answers at this address');
  }
}

/** The data API may exist, but its configuration can be had neither from the source nor from a copy on disk. */
export class TenantUnavailableError extends Error {
  override readonly name = 'TenantUnavailableError';
  readonly code = 'tenant.unavailable';

  constructor(
    readonly key: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`The configuration of '${key}' cannot be loaded at the moment`, options);
  }
}

/** The source of snapshots did not answer, or not with a snapshot that this version understands. */
export class SnapshotSourceError extends Error {
  override readonly name = 'SnapshotSourceError';
  readonly code = 'tenant.source-failed';
}

/** A tenants file that cannot be used; `problems` has one sentence each. */
export class TenantsFileError extends Error {
  override readonly name = 'TenantsFileError';
  readonly code = 'tenant.file-invalid';

  constructor(
    readonly path: string,
    readonly problems: readonly string[],
  ) {
    super([`The tenants file ${path} cannot be used:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}
