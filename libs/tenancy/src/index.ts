export { createFileSnapshotSource, type FileSnapshotSourceOptions } from './file-snapshot-source.js';
export { createHttpSnapshotSource, type HttpSnapshotSourceOptions } from './http-snapshot-source.js';
export { createSealedFiles, type SealedFileOptions, type SealedFileOwner, type SealedFiles } from './sealed-files.js';
export { createLastGoodCopies, type LastGoodCopies, type LastGoodCopyOptions } from './last-good-copy.js';
export type { KeySetEvents, KeySets } from './key-sets.js';
export { createSnapshotCache, type SnapshotCache, type SnapshotCacheOptions } from './snapshot-cache.js';
export { createTenantResolver, type ResolvedTenant, type TenantResolver } from './resolve-tenant.js';
export type { SnapshotListener, SnapshotSource, TenantLocation } from './snapshot-source.js';
export { SnapshotSourceError, TenantsFileError, TenantUnavailableError, UnknownTenantError } from './tenancy-error.js';
