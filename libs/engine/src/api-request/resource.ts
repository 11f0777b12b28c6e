/** What a path is about: the raw path and the configuration in, a Resource out. Knows no tables. */
import type { ApiConfig } from '../api-config.js';
import { engineError } from '../error/engine-error.js';
import { parseQualifiedIdentifier } from '../identifiers.js';
import { bytesOf } from './query-params/decode-query.js';

export type Resource =
  | { readonly kind: 'root' }
  /** The OpenAPI 3.1 document, which the dialect lacks. */
  | { readonly kind: 'openapi' }
  | { readonly kind: 'relation'; readonly name: string }
  | { readonly kind: 'routine'; readonly name: string };

/** Our own addition; every other path is the dialect's. */
export const openApiPath = 'openapi.json';

/**
 * @param path percent-encoded; a byte that is no UTF-8 becomes the replacement character, so that such a name is just unknown
 * @throws PGRST125 the path has another shape than `/`, `/relation` and `/rpc/function`
 * @throws PGRST126 the root has no document in this configuration
 */
export function parseResource(path: string, config: ApiConfig): Resource {
  const segments = path
    .replace(/^\//, '')
    .split('/')
    .map((segment) => bytesOf(segment, '+').toString('utf8'));
  const [first = '', second, ...more] = segments;
  if (second !== undefined) {
    if (first === 'rpc' && more.length === 0) return { kind: 'routine', name: second };
    throw engineError('PGRST125');
  }
  if (first === '') return rootResource(config);
  if (first === openApiPath && config.openApiMode !== 'disabled') return { kind: 'openapi' };
  return { kind: 'relation', name: first };
}

function rootResource(config: ApiConfig): Resource {
  if (config.openApiMode === 'disabled') throw engineError('PGRST126');
  if (config.rootSpec === undefined) return { kind: 'root' };
  // In the schema of the request, as any function is: a schema in the setting means nothing, as in PostgREST.
  return { kind: 'routine', name: parseQualifiedIdentifier(config.rootSpec).name };
}
