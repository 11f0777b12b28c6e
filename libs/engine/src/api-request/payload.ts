/** The request's body by its Content-Type: raw bytes in, a payload that the plan can use out. */

export type Payload =
  /** Parsed once to learn its keys; what goes to PostgreSQL is the client's own text. */
  | {
      readonly kind: 'json';
      readonly json: string;
      readonly shape: 'object' | 'array';
      /** Keys of the object, or of every object of the array; sorted, without duplicates. */
      readonly keys: readonly string[];
    }
  /** `columns=` names the keys, so nobody looked inside. Bytes only when they are not UTF-8: PostgreSQL refuses them (22021). */
  | { readonly kind: 'unparsed-json'; readonly json: string | Buffer }
  /** A form sent to a function: each pair is an argument. */
  | { readonly kind: 'form'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  /** Bytes for a function's single unnamed parameter (text, xml, bytea). */
  | { readonly kind: 'raw'; readonly body: Buffer };
