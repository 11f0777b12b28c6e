/**
 * The shapes of identifiers that leave the control plane. The `neon` command line recognises a branch id by its shape,
 * so these are a contract and not a taste.
 */

/** Any public id: lower-case letters, digits and hyphens, 1 to 60 characters. */
export const idPattern = /^[a-z0-9-]{1,60}$/;
/** `word-word-12345678` */
export const projectIdPattern = /^[a-z]+-[a-z]+-\d{8}$/;
/** `br-word-word-a1b2c3d4` */
export const branchIdPattern = /^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/;
/** `ep-word-word-a1b2c3d4`; it is also the first label of the data API's host. */
export const endpointIdPattern = /^ep-[a-z]+-[a-z]+-[a-z0-9]{8}$/;

/** A data API is known everywhere by its endpoint and database (product decision 3). */
export interface TenantAddress {
  readonly endpointId: string;
  readonly database: string;
}

/** One text for a tenant address: the key of caches, pools, logs and metrics. An endpoint id never holds a slash. */
export function tenantKey(address: TenantAddress): string {
  return `${address.endpointId}/${address.database}`;
}
