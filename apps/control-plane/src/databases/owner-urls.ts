/** How Perch itself reads a branch's database: as its owner. What leaves here carries a password and is never logged. */
import { Injectable } from '@nestjs/common';
import { withDatabase } from '@perch/compute';
import {
  BranchDatabaseRepository,
  BranchRepository,
  EndpointRepository,
  RoleRepository,
  type DataApi,
} from '@perch/database';
import { toConnectionUri } from '../projects/connection-uri.js';

@Injectable()
export class OwnerUrls {
  constructor(
    private readonly branches: BranchRepository,
    private readonly endpoints: EndpointRepository,
    private readonly roles: RoleRepository,
    private readonly databases: BranchDatabaseRepository,
  ) {}

  /** undefined when the compute sleeps (a look must not wake it) or the owner's password is not known. */
  async of(place: Pick<DataApi, 'branchId' | 'endpointId' | 'databaseName'>): Promise<string | undefined> {
    const endpoint = await this.endpoints.findEvenDeleted(place.endpointId);
    if (endpoint === undefined || endpoint.currentState !== 'active') return undefined;
    // As the role that Perch was given, whoever owns the database: its password is the one that is kept up to date.
    const attachedUrl = await this.branches.connectionUrl(place.branchId);
    if (attachedUrl !== undefined) return withDatabase(attachedUrl, place.databaseName);
    const database = await this.databases.find(place.branchId, place.databaseName);
    const roles = await this.roles.listOfBranch(place.branchId);
    const role = roles.find(({ name }) => name === database?.ownerName) ?? roles[0];
    if (role === undefined) return undefined;
    const password = await this.roles.password(place.branchId, role.name);
    if (password === undefined) return undefined;
    const target = { endpoint, database: place.databaseName, role: role.name, password, attachedUrl: undefined };
    return toConnectionUri(target).connection_uri;
  }
}
