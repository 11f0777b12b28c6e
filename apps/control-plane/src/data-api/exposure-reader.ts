/** Looks into a branch's database for the tables that are open to requests now, since users make tables after enabling. */
import { Injectable } from '@nestjs/common';
import { controlPlaneDefaults } from '@perch/contract';
import {
  BranchDatabaseRepository,
  BranchRepository,
  EndpointRepository,
  RoleRepository,
  type DataApi,
  type DataApiReport,
} from '@perch/database';
import { withClient } from '@perch/postgres';
import { readDatabaseExposure } from '@perch/provisioning';
import { toConnectionUri } from '../projects/connection-uri.js';

/** Milliseconds to connect and for each statement: a list in an answer is not worth more. */
const TIMEOUT_MS = 2_000;

@Injectable()
export class ExposureReader {
  constructor(
    private readonly branches: BranchRepository,
    private readonly endpoints: EndpointRepository,
    private readonly roles: RoleRepository,
    private readonly databases: BranchDatabaseRepository,
  ) {}

  /** The report as of now, or as provisioning left it where the database sleeps, is away or says no. */
  async refresh(dataApi: DataApi): Promise<DataApiReport> {
    if (dataApi.status !== 'active') return dataApi.report;
    try {
      const url = await this.ownerUrl(dataApi);
      if (url === undefined) return dataApi.report;
      const exposure = await withClient(
        url,
        (client) =>
          readDatabaseExposure(client, {
            schemas: dataApi.settings.db_schemas ?? controlPlaneDefaults.db_schemas,
            anonymousRole: dataApi.settings.db_anon_role ?? controlPlaneDefaults.db_anon_role,
          }),
        { connectTimeoutMs: TIMEOUT_MS, statementTimeoutMs: TIMEOUT_MS },
      );
      return {
        ...dataApi.report,
        available_schemas: [...exposure.availableSchemas],
        unprotected_tables: exposure.unprotectedTables.map((table) => ({ ...table, roles: [...table.roles] })),
      };
    } catch {
      return dataApi.report;
    }
  }

  /** undefined when the compute sleeps (a look must not wake it) or the owner's password is not known. */
  async ownerUrl(dataApi: DataApi): Promise<string | undefined> {
    const endpoint = await this.endpoints.findEvenDeleted(dataApi.endpointId);
    if (endpoint === undefined || endpoint.currentState !== 'active') return undefined;
    const attachedUrl = await this.branches.connectionUrl(dataApi.branchId);
    const database = await this.databases.find(dataApi.branchId, dataApi.databaseName);
    const roles = await this.roles.listOfBranch(dataApi.branchId);
    const role = roles.find(({ name }) => name === database?.ownerName) ?? roles[0];
    if (role === undefined) return undefined;
    const password = await this.roles.password(dataApi.branchId, role.name);
    if (password === undefined) return undefined;
    const target = { endpoint, database: dataApi.databaseName, role: role.name, password, attachedUrl };
    return toConnectionUri(target).connection_uri;
  }
}
