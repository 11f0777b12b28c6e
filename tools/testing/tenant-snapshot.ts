/** A tenant as a proxy knows it: what a spec is about in, everything else as it is where nobody has chosen anything out. */
import { controlPlaneDefaults, type JwtConfig, type TenantSnapshot } from '@perch/contract';

/** No key is known, so that no token is good. */
export const noKeys: JwtConfig = {
  secret: null,
  secret_is_base64: false,
  jwks: { keys: [] },
  audience: null,
  audience_required: false,
  issuer: null,
};

export function tenantSnapshot(given: Partial<TenantSnapshot> = {}): TenantSnapshot {
  return {
    format: 1,
    key: 'a/b',
    version: 1,
    hostnames: [],
    path_prefix: '',
    status: 'active',
    database_url: 'postgres://x',
    settings: controlPlaneDefaults,
    jwt: noKeys,
    ...given,
  };
}
