/** One HTTP request as it reaches the engine: the tenant's prefix is taken off the path, nothing is decoded yet. */
export interface EngineRequest {
  /** Method as sent. */
  readonly method: string;
  /** Raw path behind the tenant's prefix, still percent-encoded, without the query; starts with a slash. */
  readonly path: string;
  /** Raw query string without the question mark; empty when there is none. */
  readonly query: string;
  /** Names in lower case, values decoded as UTF-8, in the order of arrival; a repeated header appears repeatedly. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}
