/** Custom media types: domains whose name is a media type, and the functions and aggregates that return them. */
import type { QualifiedIdentifier } from '../identifiers.js';

/** Name of the domain that answers to every media type. */
export const anyMediaType = '*/*';

export interface MediaHandler {
  /** function: the called routine returns the media type itself. aggregate: applied to the rows. */
  readonly kind: 'function' | 'aggregate';
  readonly routine: QualifiedIdentifier;
  /** Domain's name in lower case, or `anyMediaType`. */
  readonly mediaType: string;
  /** What the answer is called: the domain's own spelling of `mediaType`, or `application/octet-stream` where that is `anyMediaType`. */
  readonly contentType: string;
  /** The domain is over bytea: the answer is bytes, not text. */
  readonly binary: boolean;
}

/** Handlers of one table, one routine or of every row type, by media type. */
export type MediaHandlers = ReadonlyMap<string, MediaHandler>;
