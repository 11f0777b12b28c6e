/** Rows of the queries for types and enum labels in, what a type's oid stands for out. Pure. */
import type { QualifiedIdentifier } from '../identifiers.js';
import { flag, integer, listsBy, optionalText, text, type CatalogRow } from './catalog-row.js';

/** A domain with what it stands for in the end. */
export interface Domain {
  readonly identifier: QualifiedIdentifier;
  /** As PostgreSQL prints it with an empty search path. */
  readonly printed: string;
  readonly base: {
    readonly oid: string;
    readonly identifier: QualifiedIdentifier;
    readonly printed: string;
    /** `c` is a row type. */
    readonly kind: string;
  };
  /** Its own, -1 for none: a domain over a domain has none, as with PostgREST. */
  readonly modifier: number;
  /** Declared NOT NULL itself: what a domain below it demands does not count, as with PostgREST. */
  readonly required: boolean;
}

const noLabels: readonly string[] = [];

export class Types {
  private readonly rows: ReadonlyMap<string, CatalogRow>;
  private readonly domains = new Map<string, Domain>();
  private readonly labels: ReadonlyMap<string, readonly string[]>;

  constructor(types: readonly CatalogRow[], enumLabels: readonly CatalogRow[]) {
    this.rows = new Map(types.map((row) => [text(row, 0), row]));
    this.labels = listsBy(enumLabels, 0, 1);
  }

  /** undefined for a type that is no domain. */
  domain(oid: string): Domain | undefined {
    const known = this.domains.get(oid);
    if (known !== undefined) return known;
    const row = this.rows.get(oid);
    if (row === undefined) return undefined;
    const domain = this.resolve(row);
    this.domains.set(oid, domain);
    return domain;
  }

  /** Expression of the value that a domain itself gives. */
  defaultOf(oid: string): string | undefined {
    const row = this.rows.get(oid);
    return row === undefined ? undefined : optionalText(row, 4);
  }

  labelsOf(oid: string): readonly string[] {
    return this.labels.get(oid) ?? noLabels;
  }

  private resolve(row: CatalogRow): Domain {
    const below = this.domain(text(row, 5));
    return {
      identifier: { schema: text(row, 1), name: text(row, 2) },
      printed: text(row, 3),
      base: below?.base ?? {
        oid: text(row, 5),
        identifier: { schema: text(row, 6), name: text(row, 7) },
        printed: text(row, 8),
        kind: text(row, 9),
      },
      modifier: integer(row, 10),
      required: flag(row, 11),
    };
  }
}
