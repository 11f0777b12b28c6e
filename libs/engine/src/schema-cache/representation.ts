/** Domain representations: casts between a domain and json or text that PostgREST's dialect applies by calling the function. */
import type { QualifiedIdentifier } from '../identifiers.js';

export interface DomainRepresentation {
  /** As PostgreSQL prints the domain with an empty search path; equals `Column.nominalType`. */
  readonly domain: string;
  /** domain -> json: how a column is shown. */
  readonly toJson: QualifiedIdentifier | undefined;
  /** json -> domain: how a body's value is read. */
  readonly fromJson: QualifiedIdentifier | undefined;
  /** text -> domain: how a filter's value is read. */
  readonly fromText: QualifiedIdentifier | undefined;
}
