/**
 * What the engine must know of one data API's configuration: a plain value, made from a tenant's settings by whoever
 * calls the engine. Names follow PostgREST's options.
 *
 * @see https://docs.postgrest.org/en/v16/references/configuration.html
 */
export interface ApiConfig {
  /** Exposed schemas, at least one; the first is the default. */
  readonly schemas: readonly string[];
  readonly extraSearchPath: readonly string[];
  /** Role of requests without a token and of tokens without a role claim; undefined when there is none. */
  readonly anonRole: string | undefined;
  /** Upper bound of rows per read node; undefined for none. */
  readonly maxRows: number | undefined;
  readonly aggregatesEnabled: boolean;
  readonly planEnabled: boolean;
  /** Function run after the settings and before the main statement, as configured (`schema.name` or `name`). */
  readonly preRequest: string | undefined;
  /** Function that answers at the root instead of the OpenAPI document. */
  readonly rootSpec: string | undefined;
  readonly txEnd: 'commit' | 'commit-allow-override' | 'rollback' | 'rollback-allow-override';
  readonly hoistedTxSettings: readonly string[];
  readonly openApiMode: 'follow-privileges' | 'ignore-privileges' | 'disabled';
  readonly openApiSecurityActive: boolean;
  readonly openApiServerProxyUri: string | undefined;
  /** undefined means every origin. */
  readonly corsAllowedOrigins: readonly string[] | undefined;
  readonly serverTimingEnabled: boolean;
  readonly traceHeader: string | undefined;
  readonly useLegacyTargetNames: boolean;
  readonly errorVerbosity: 'verbose' | 'minimal';
  /** What `ALTER ROLE … SET` says of the role that a request runs as applies to it. */
  readonly roleSettings: boolean;
  /** Sent with every transaction as `app.settings.<name>`. */
  readonly appSettings: Readonly<Record<string, string>>;
  /** Milliseconds; undefined leaves the database's own. */
  readonly statementTimeoutMs: number | undefined;
  /** To-many embeds within one another, on one path of the select; undefined for any number. */
  readonly maxToManyDepth?: number | undefined;
  /** Bytes of a response's body; undefined for any number. */
  readonly maxResponseBytes?: number | undefined;
  /** What stands before the dialect's path in the public URL ("" when nothing): OpenAPI's basePath needs it. */
  readonly publicPathPrefix: string;
}
