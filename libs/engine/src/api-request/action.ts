/** What a request wants done, from its resource and method: one closed table. */
import { assertNever, engineError } from '../error/engine-error.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import { openApiPath, type Resource } from './resource.js';

export type Mutation = 'create' | 'update' | 'single-upsert' | 'delete';

export type Action =
  | { readonly kind: 'read'; readonly target: QualifiedIdentifier; readonly headersOnly: boolean }
  | { readonly kind: 'mutate'; readonly target: QualifiedIdentifier; readonly mutation: Mutation }
  | {
      readonly kind: 'call';
      readonly target: QualifiedIdentifier;
      /** `read` by GET and HEAD: arguments in the query string, read-only transaction. */
      readonly invocation: 'read' | 'post';
      readonly headersOnly: boolean;
    }
  /** The OpenAPI document of a schema. */
  | {
      readonly kind: 'inspect';
      readonly schema: string;
      readonly headersOnly: boolean;
      /** 2.0 at the root, as the dialect has it; 3.1 at a path of our own. */
      readonly version: '2.0' | '3.1';
    }
  /** OPTIONS: answered from the schema cache. */
  | { readonly kind: 'info'; readonly of: 'relation' | 'routine'; readonly target: QualifiedIdentifier }
  | { readonly kind: 'info'; readonly of: 'root' };

const mutations: Readonly<Record<string, Mutation>> = {
  POST: 'create',
  PATCH: 'update',
  PUT: 'single-upsert',
  DELETE: 'delete',
};

/**
 * @throws PGRST101 a function is called by another method than GET, HEAD or POST
 * @throws PGRST117 the resource knows no such method
 */
export function chooseAction(resource: Resource, method: string, schema: string): Action {
  const headersOnly = method === 'HEAD';
  const reads = headersOnly || method === 'GET';
  switch (resource.kind) {
    case 'relation': {
      const target = { schema, name: resource.name };
      if (reads) return { kind: 'read', target, headersOnly };
      if (method === 'OPTIONS') return { kind: 'info', of: 'relation', target };
      const mutation = Object.hasOwn(mutations, method) ? mutations[method] : undefined;
      if (mutation !== undefined) return { kind: 'mutate', target, mutation };
      throw engineError('PGRST117', { method });
    }
    case 'routine': {
      const target = { schema, name: resource.name };
      if (reads) return { kind: 'call', target, invocation: 'read', headersOnly };
      if (method === 'POST') return { kind: 'call', target, invocation: 'post', headersOnly };
      if (method === 'OPTIONS') return { kind: 'info', of: 'routine', target };
      throw engineError('PGRST101', { method });
    }
    case 'root':
      if (reads) return { kind: 'inspect', schema, headersOnly, version: '2.0' };
      if (method === 'OPTIONS') return { kind: 'info', of: 'root' };
      throw engineError('PGRST117', { method });
    case 'openapi':
      // Any other method means a relation of that name, as in the dialect.
      if (reads) return { kind: 'inspect', schema, headersOnly, version: '3.1' };
      return chooseAction({ kind: 'relation', name: openApiPath }, method, schema);
    default:
      return assertNever(resource);
  }
}
