/** What a branch is to its callers: its row without secrets, what a new one comes with, and what can be changed. */
import type { BranchConnection } from './branch-connection.js';
import type { Endpoint, NewEndpoint } from './endpoint.js';
import type { BranchModel, DatabaseModel } from './generated/models.js';
import type { Operation } from './operation.js';
import type { NewOperation } from './operation.repository.js';
import type { NewRole, Role } from './role.repository.js';

export type Branch = Readonly<Omit<BranchModel, 'connectionUrlSealed'>>;
export type BranchDatabase = Readonly<DatabaseModel>;

/** When a branch is deleted, and how many seconds that is from when it was decided. */
export interface Expiry {
  readonly expiresAt: Date;
  readonly ttlSeconds: number;
}

export interface BranchChange {
  readonly name?: string;
  readonly isProtected?: boolean;
  /** null: never. */
  readonly expiry?: Expiry | null;
  /** Another way to the attached Postgres that it has. */
  readonly connection?: BranchConnection;
}

export interface NewBranch {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly parentId?: string;
  readonly initSource?: string;
  readonly expiry?: Expiry;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  /** An attached Postgres: the URL the user gave. */
  readonly connectionUrl?: string;
  /** `ready` when nothing has to be made first. */
  readonly currentState: Branch['currentState'];
  readonly annotation: object;
  readonly endpoints: readonly Omit<NewEndpoint, 'projectId' | 'branchId'>[];
  readonly roles: readonly Omit<NewRole, 'branchId'>[];
  readonly databases: readonly { readonly name: string; readonly ownerName: string }[];
  /** In the order in which they are to run. */
  readonly operations: readonly Omit<NewOperation, 'projectId' | 'branchId'>[];
}

export interface CreatedBranch {
  readonly branch: Branch;
  readonly endpoints: readonly Endpoint[];
  readonly roles: readonly Role[];
  readonly databases: readonly BranchDatabase[];
  readonly operations: readonly Operation[];
}
