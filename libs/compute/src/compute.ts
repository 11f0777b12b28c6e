/** What a compute is: the PostgreSQL server of one endpoint, and how its roles reach it. */

export interface Credentials {
  readonly role: string;
  readonly password: string;
}

/** A PostgreSQL process of its own, on this machine, for one endpoint. */
export interface LocalCompute {
  readonly kind: 'local';
  readonly endpointId: string;
  /** TCP port of 127.0.0.1, the same for life. */
  readonly port: number;
  /** Password of the private superuser, which no user ever gets (decision 1). */
  readonly superuserPassword: string;
  /** The branch's owner: may create roles and databases, is never a superuser. */
  readonly owner: Credentials;
}

/** A PostgreSQL that exists; nothing of it is started, stopped or copied. */
export interface AttachedCompute {
  readonly kind: 'attached';
  readonly endpointId: string;
  /** Of a role that may create roles; it is the owner. */
  readonly connectionUrl: string;
}

export type Compute = LocalCompute | AttachedCompute;

export interface ComputeRole {
  readonly name: string;
  /** undefined leaves the password of an existing role as it is. */
  readonly password: string | undefined;
  readonly noLogin: boolean;
}

export interface ComputeDatabase {
  readonly name: string;
  readonly ownerName: string;
}

/** Roles and databases that must be there; what else is there stays. */
export interface ComputeContents {
  readonly roles: readonly ComputeRole[];
  readonly databases: readonly ComputeDatabase[];
}

export type ComputeStatus =
  | { readonly kind: 'missing' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'active' }
  /** It should answer and does not. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Name of the private superuser of every local compute. */
export const localSuperuser = 'perch_admin';
