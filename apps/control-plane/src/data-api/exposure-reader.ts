/** Looks into a branch's database for the tables that are open to requests now, since users make tables after enabling. */
import { Injectable } from '@nestjs/common';
import { controlPlaneDefaults } from '@perch/contract';
import type { DataApi, DataApiReport } from '@perch/database';
import { withClient } from '@perch/postgres';
import { readDatabaseExposure } from '@perch/provisioning';
import { OwnerUrls } from '../databases/owner-urls.js';

/** Milliseconds to connect and for each statement: a list in an answer is not worth more. */
const TIMEOUT_MS = 2_000;

@Injectable()
export class ExposureReader {
  constructor(private readonly ownerUrls: OwnerUrls) {}

  /** The report as of now, or as provisioning left it where the database sleeps, is away or says no. */
  async refresh(dataApi: DataApi): Promise<DataApiReport> {
    if (dataApi.status !== 'active') return dataApi.report;
    try {
      const url = await this.ownerUrls.of(dataApi);
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
}
