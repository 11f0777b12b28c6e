/** Which of the acceptable media types is answered and what makes the body: the Accept header and the schema's handlers in. */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { MediaType } from '../media-type.js';

/** How rows become a body. */
export type BodyHandler =
  /** HEAD, or a mutation that returns nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'json-array'; readonly nullsStripped: boolean }
  /** One object; that there is exactly one row is the statement's guard to see. */
  | { readonly kind: 'json-object'; readonly nullsStripped: boolean }
  | { readonly kind: 'csv' }
  | { readonly kind: 'geojson' }
  /** An aggregate of the user's over the rows. `rowType`: cast of the rows, for aggregates over one table's rows. */
  | {
      readonly kind: 'aggregate';
      readonly routine: QualifiedIdentifier;
      readonly rowType: QualifiedIdentifier | undefined;
    }
  /** The called function's result is the body. */
  | { readonly kind: 'function-result' };

export interface NegotiatedContent {
  /** What the answer is called; for a plan this is the plan's type and `handler` that of what is explained. */
  readonly mediaType: MediaType;
  readonly handler: BodyHandler;
  /** Exactly one row is demanded. */
  readonly singular: boolean;
}
