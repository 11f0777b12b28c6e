/** What a request wants done, from its resource and method: one closed table. */
import type { QualifiedIdentifier } from '../identifiers.js';

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
  | { readonly kind: 'inspect'; readonly schema: string; readonly headersOnly: boolean }
  /** OPTIONS: answered from the schema cache. */
  | { readonly kind: 'info'; readonly of: 'relation' | 'routine'; readonly target: QualifiedIdentifier }
  | { readonly kind: 'info'; readonly of: 'root' };
