/** What an advisor's check is: a query that returns a row per issue, or a look at a data API's configuration. */

export type AdvisorLevel = 'ERROR' | 'WARN' | 'INFO';
export type AdvisorCategory = 'SECURITY' | 'PERFORMANCE';

interface AdvisorText {
  /** Stable: users silence issues by it. */
  readonly name: string;
  readonly title: string;
  readonly level: AdvisorLevel;
  readonly category: AdvisorCategory;
  /** What it means for the one who has it. */
  readonly description: string;
}

export interface DatabaseCheck extends AdvisorText {
  readonly kind: 'database';
  /**
   * A SELECT over `advisor-scope.sql.ts` with a column `key` (names the object), `detail` (a sentence), `fix` (SQL that makes
   * the issue go away, or null where that takes a decision) and `metadata`.
   */
  readonly sql: string;
}

export interface ConfigurationCheck extends AdvisorText {
  readonly kind: 'configuration';
  find(configuration: AdvisedConfiguration): ConfigurationFinding | undefined;
}

export type AdvisorCheck = DatabaseCheck | ConfigurationCheck;

/** What of a data API's configuration is looked at. */
export interface AdvisedConfiguration {
  readonly maxRows: number | null;
  /** null allows every origin. */
  readonly corsAllowedOrigins: readonly string[] | null;
  /** Whether tokens of some issuer are accepted at all. */
  readonly hasProvider: boolean;
  readonly audience: string | null;
}

export interface ConfigurationFinding {
  readonly detail: string;
  /** The request that makes the issue go away. */
  readonly fix: string;
}

export interface AdvisorFinding {
  readonly check: AdvisorCheck;
  readonly key: string;
  readonly detail: string;
  readonly fix: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Which part of a database the data API opens, and for whom. */
export interface AdvisorScope {
  readonly schemas: readonly string[];
  readonly anonymousRole: string | null;
  readonly groupRole: string;
}
