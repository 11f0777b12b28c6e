/**
 * What a query string says, as plain frozen-by-type values: select items, filters, logic trees, orders and the embeds they
 * are for. Names are as the client wrote them; nothing here knows whether they exist.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/url_grammar.html
 */
import type { AggregateFunction, FtsOperator, QuantifiableOperator, SimpleOperator } from './operators.js';

/** `->key`, `->>key`, `->3`: one step into a json value (or a composite or array, which becomes json first). */
export interface JsonStep {
  /** `json` for `->`, `text` for `->>`. */
  readonly result: 'json' | 'text';
  readonly operand:
    | { readonly kind: 'key'; readonly key: string }
    | { readonly kind: 'index'; /** Signed: `+0`, `-1`. */ readonly index: string };
}

export type JsonPath = readonly JsonStep[];

/** A column (or computed field) and the way into its json. */
export interface Field {
  readonly name: string;
  readonly path: JsonPath;
}

/** Which embed something is for, outermost first; empty for the top level. Names are aliases or relation names. */
export type EmbedPath = readonly string[];

export type JoinType = 'inner' | 'left';

export type SelectItem =
  | { readonly kind: 'star' }
  | {
      readonly kind: 'field';
      readonly field: Field;
      readonly alias: string | undefined;
      /** Cast of the column, before an aggregate. Letters, digits, `_`, space and `$` only. */
      readonly cast: string | undefined;
      readonly aggregate: Aggregate | undefined;
    }
  /** `count()`: rows, not a column. */
  | { readonly kind: 'count'; readonly alias: string | undefined; readonly cast: string | undefined }
  | {
      readonly kind: 'relation';
      readonly name: string;
      readonly alias: string | undefined;
      /** Constraint, column or junction table that chooses among several relationships. */
      readonly hint: string | undefined;
      readonly joinType: JoinType | undefined;
      /** Empty for `rel()`, which joins and filters but shows nothing. */
      readonly select: readonly SelectItem[];
    }
  | {
      readonly kind: 'spread';
      readonly name: string;
      readonly hint: string | undefined;
      readonly joinType: JoinType | undefined;
      readonly select: readonly SelectItem[];
    };

export interface Aggregate {
  readonly function: AggregateFunction;
  /** Cast of the aggregate's result. */
  readonly cast: string | undefined;
}

export type Quantifier = 'any' | 'all';
export type IsValue = 'null' | 'not_null' | 'true' | 'false' | 'unknown';

/** What is asked of a field. Values are exactly the client's text, to be bound as parameters of unknown type. */
export type Operation =
  | { readonly kind: 'simple'; readonly operator: SimpleOperator; readonly value: string }
  | {
      readonly kind: 'quantifiable';
      readonly operator: QuantifiableOperator;
      /** With a quantifier the value is an array literal. */
      readonly quantifier: Quantifier | undefined;
      /** As sent: `*` is not yet `%`. */
      readonly value: string;
    }
  | { readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly kind: 'is'; readonly value: IsValue }
  | { readonly kind: 'is-distinct-from'; readonly value: string }
  | {
      readonly kind: 'fts';
      readonly operator: FtsOperator;
      readonly language: string | undefined;
      readonly value: string;
    };

export interface Filter {
  readonly field: Field;
  readonly negated: boolean;
  readonly operation: Operation;
}

export type LogicTree =
  | {
      readonly kind: 'group';
      readonly operator: 'and' | 'or';
      readonly negated: boolean;
      readonly children: readonly LogicTree[];
    }
  | { readonly kind: 'filter'; readonly filter: Filter };

export interface OrderDirection {
  readonly direction: 'asc' | 'desc' | undefined;
  readonly nulls: 'first' | 'last' | undefined;
}

export type OrderTerm =
  | ({ readonly kind: 'field'; readonly field: Field } & OrderDirection)
  /** `relation(field)`: by a column of a to-one embed. */
  | ({ readonly kind: 'relation'; readonly relation: string; readonly field: Field } & OrderDirection);

/** Something of the query string with the embed it is for. */
export interface AtPath<T> {
  readonly path: EmbedPath;
  readonly value: T;
}
