/** How a function is called: which one, with which arguments, and what the read around it needs of its result. */
import type { Routine, RoutineParameter } from '../schema-cache/routine.js';

export interface CallPlan {
  readonly routine: Routine;
  readonly args: CallArguments;
  /** Columns that the read around the call needs; undefined for all. */
  readonly returning: readonly string[] | undefined;
}

export type CallArguments =
  | { readonly kind: 'none' }
  /** Named arguments out of a JSON body: the first row when it is an array. */
  | {
      readonly kind: 'json';
      readonly parameters: readonly RoutineParameter[];
      readonly json: string | Buffer;
      readonly shape: 'object' | 'array';
    }
  /** Named arguments as text, from the query string or a form. */
  | { readonly kind: 'named'; readonly values: readonly NamedArgument[] }
  /** The raw body as the only, unnamed argument. */
  | { readonly kind: 'body'; readonly parameter: RoutineParameter; readonly body: string | Buffer };

export interface NamedArgument {
  readonly parameter: RoutineParameter;
  /** More than one only for a variadic parameter. */
  readonly texts: readonly string[];
}
