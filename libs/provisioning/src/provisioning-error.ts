/** Why a step could not be done: which one, which statement, what PostgreSQL said, and whether trying again may help. */

export interface ProvisioningFailure {
  readonly step: string;
  /** The statement that failed, secrets left out; undefined when the connection failed between statements. */
  readonly statement: string | undefined;
  /** SQLSTATE; undefined when the server did not answer. */
  readonly sqlState: string | undefined;
  readonly reason: string;
  /** What the user has to do, when that is known. */
  readonly cure?: string | undefined;
}

export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  readonly code = 'provisioning.failed';

  constructor(
    readonly failure: ProvisioningFailure,
    options?: { readonly cause?: unknown },
  ) {
    super([failure.reason, failure.cure].filter((part) => part !== undefined).join('. '), options);
  }

  /** false when the same statement would be refused again. */
  get mayPass(): boolean {
    return mayPass(this.failure.sqlState);
  }
}

/** Whether the same statement may go through later. @param sqlState undefined when the server did not answer. */
export function mayPass(sqlState: string | undefined): boolean {
  return sqlState === undefined || passingStates.some((start) => sqlState.startsWith(start));
}

/**
 * Connection lost, resources short, transaction clashes, lock not available, shutting down, and internal errors, of
 * which "tuple concurrently updated" is one.
 *
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const passingStates: readonly string[] = ['08', '40', '53', '55P03', '57P', '58', 'XX'];
