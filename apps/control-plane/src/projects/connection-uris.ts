/** Connection URLs of a branch's roles and databases. They carry passwords: what leaves here is never logged. */
import { Injectable } from '@nestjs/common';
import {
  BranchDatabaseRepository,
  BranchRepository,
  EndpointRepository,
  RoleRepository,
  type Branch,
  type BranchDatabase,
  type Endpoint,
  type Role,
} from '@perch/database';
import { present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { toConnectionUri, type ConnectionUri } from './connection-uri.js';
import { ProjectAccess } from './project-access.js';
import type { ConnectionUriQuery } from './projects.dto.js';

export interface BranchConnections {
  readonly connectionUris: readonly ConnectionUri[];
  /** By role name. */
  readonly passwords: ReadonlyMap<string, string>;
}

@Injectable()
export class ConnectionUris {
  constructor(
    private readonly branches: BranchRepository,
    private readonly endpoints: EndpointRepository,
    private readonly roles: RoleRepository,
    private readonly databases: BranchDatabaseRepository,
    private readonly access: ProjectAccess,
  ) {}

  /** One URL for each database as its owner, as far as the owner's password is known. */
  async ofBranch(
    branch: Branch,
    endpoints: readonly Endpoint[],
    roles: readonly Role[],
    databases: readonly BranchDatabase[],
  ): Promise<BranchConnections> {
    const passwords = new Map<string, string>();
    for (const { name } of roles) {
      const password = await this.roles.password(branch.id, name);
      if (password !== undefined) passwords.set(name, password);
    }
    const attachedUrl = await this.branches.connectionUrl(branch.id);
    const connectionUris = endpoints.slice(0, 1).flatMap((endpoint) =>
      databases.flatMap(({ name, ownerName }) => {
        const role = passwords.has(ownerName) ? ownerName : (roles[0]?.name ?? ownerName);
        const password = passwords.get(role);
        return password === undefined
          ? []
          : [toConnectionUri({ endpoint, database: name, role, password, attachedUrl })];
      }),
    );
    return { connectionUris, passwords };
  }

  /** @throws project, branch, endpoint, database or role not found; role.password-unknown */
  async one(caller: Caller, projectId: string, query: ConnectionUriQuery): Promise<ConnectionUri> {
    const project = await this.access.project(caller, projectId);
    const branches = await this.branches.listOfProject(project.id);
    const wanted = query.branch_id;
    const branch = present(
      branches.find(({ id, isDefault }) => (wanted === undefined ? isDefault : id === wanted)),
      'branch.not-found',
      wanted ?? 'default',
    );
    const endpoints = await this.endpoints.listOfBranch(branch.id);
    const endpoint = present(
      endpoints.find(({ id, type }) =>
        query.endpoint_id === undefined ? type === 'read_write' : id === query.endpoint_id,
      ),
      'endpoint.not-found',
      query.endpoint_id ?? 'read_write',
    );
    const { database_name: database, role_name: role } = query;
    present(await this.databases.find(branch.id, database), 'database.not-found', database);
    present(await this.roles.find(branch.id, role), 'role.not-found', role);
    const password = present(await this.roles.password(branch.id, role), 'role.password-unknown', role);
    const attachedUrl = await this.branches.connectionUrl(branch.id);
    return toConnectionUri({ endpoint, database, role, password, attachedUrl });
  }
}
