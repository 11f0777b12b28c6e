/**
 * A JSONPath query as parsed: what RFC 9535 calls segments, selectors and filter expressions.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9535
 */
import type { JsonValue } from '../json-value.js';
import type { IRegexp } from './i-regexp.js';

export interface JsonPathQuery {
  /** `$` or, inside of filters, `@`. */
  readonly start: 'root' | 'current';
  readonly segments: readonly Segment[];
}

export interface Segment {
  readonly kind: 'child' | 'descendant';
  readonly selectors: readonly Selector[];
}

export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'index'; readonly index: number }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: 'filter'; readonly filter: FilterExpression };

export type FilterExpression =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly FilterExpression[] }
  | { readonly kind: 'not'; readonly operand: FilterExpression }
  | { readonly kind: 'exists'; readonly query: JsonPathQuery }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Comparable;
      readonly right: Comparable;
    }
  | {
      readonly kind: 'regexp';
      readonly whole: boolean;
      readonly subject: Comparable;
      /** Compiled when the pattern is a literal, as nearly always. */
      readonly pattern: IRegexp | Comparable;
    };

export type ComparisonOperator = '==' | '!=' | '<=' | '>=' | '<' | '>';

export type Comparable =
  | { readonly kind: 'literal'; readonly value: JsonValue }
  /** A query that gives at most one value; or `value(query)`. */
  | { readonly kind: 'single'; readonly query: JsonPathQuery }
  | { readonly kind: 'length'; readonly of: Comparable }
  | { readonly kind: 'count'; readonly query: JsonPathQuery };
