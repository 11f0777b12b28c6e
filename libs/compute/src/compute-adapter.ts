/** The port behind which one branch's PostgreSQL lies. Every call is idempotent, and safe beside the same call elsewhere. */
import type { Compute, ComputeContents, ComputeStatus, Credentials } from './compute.js';

export interface ComputeAdapter {
  /** Makes it, starts it, and makes the contents. @throws ComputeError */
  create(contents: ComputeContents): Promise<void>;
  /**
   * Makes it as a copy of `parent` as that is now, starts it, and makes the contents; `parent` keeps serving and is
   * started for it when it sleeps.
   *
   * @throws ComputeError `operation-unsupported` unless both are local, `not-found` when the parent was never created.
   */
  createFrom(parent: Compute, contents: ComputeContents): Promise<void>;
  /**
   * Makes the data those of `parent` as that is now, starts it, and makes the contents. What was there serves until the
   * copy is complete, and is lost then; `parent` keeps serving and is started for it when it sleeps.
   *
   * @throws ComputeError as createFrom
   */
  resetFrom(parent: Compute, contents: ComputeContents): Promise<void>;
  /** Resolves when it answers. @throws ComputeError `not-found` when it was never created. */
  start(): Promise<void>;
  /** Ends its sessions and its process; the data stay. */
  suspend(): Promise<void>;
  /** Takes it away with its data. */
  destroy(): Promise<void>;
  status(): Promise<ComputeStatus>;
  /** Makes roles and databases that are missing and sets passwords; the compute must be running. */
  apply(contents: ComputeContents): Promise<void>;
  /** Connection URL as the private superuser; undefined where there is none of ours. */
  superuserUrl(database: string): string | undefined;
  /** Connection URL as the owner. */
  ownerUrl(database: string): string;
  /** Connection URL as any role. */
  roleUrl(credentials: Credentials, database: string): string;
}
