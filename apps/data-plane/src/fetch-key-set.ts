/** PROVISIONAL */
import type { Jwks } from '@perch/contract';
import type { SourceConfig } from './config.js';
export function createFetchJwks(_config: Extract<SourceConfig, { kind: 'file' }>): (url: string) => Promise<Jwks> {
  return async () => ({ keys: [] });
}
