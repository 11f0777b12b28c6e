/** Media types as closed values: text of Accept and Content-Type in, kinds the plan can switch over out. */

export type PlanOption = 'analyze' | 'verbose' | 'settings' | 'buffers' | 'wal';

export type MediaType =
  | { readonly kind: 'json' }
  | { readonly kind: 'geojson' }
  | { readonly kind: 'csv' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'xml' }
  | { readonly kind: 'openapi' }
  | { readonly kind: 'form' }
  | { readonly kind: 'octet-stream' }
  /** Whatever there is: an asterisk on both sides of the slash. */
  | { readonly kind: 'any' }
  /** `application/vnd.pgrst.object`: exactly one row. */
  | { readonly kind: 'singular'; readonly nullsStripped: boolean }
  /** `application/vnd.pgrst.array+json;nulls=stripped` */
  | { readonly kind: 'array-stripped' }
  | {
      readonly kind: 'plan';
      /** What would have been answered. */
      readonly for: MediaType;
      readonly format: 'json' | 'text';
      readonly options: readonly PlanOption[];
    }
  /** A type of the user's own (a media type handler may serve it), in lower case. */
  | { readonly kind: 'other'; readonly text: string };
