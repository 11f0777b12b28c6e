/** Looks into a branch's database and at its data API for what to improve. */
import { Injectable } from '@nestjs/common';
import { controlPlaneDefaults, resolveSettings } from '@perch/contract';
import { BranchRepository, type DataApi } from '@perch/database';
import { withClient } from '@perch/postgres';
import {
  groupRoleName,
  runConfigurationAdvisors,
  runDatabaseAdvisors,
  type AdvisorFinding,
  type AdvisorScope,
} from '@perch/provisioning';
import { DataApiService } from '../data-api/data-api.service.js';
import { OwnerUrls } from '../databases/owner-urls.js';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { Advise } from './advisors.dto.js';

/** Milliseconds for a connection and for each check. */
const CONNECT_TIMEOUT_MS = 2_000;
const CHECK_TIMEOUT_MS = 10_000;

@Injectable()
export class AdvisorsService {
  constructor(
    private readonly access: ProjectAccess,
    private readonly branches: BranchRepository,
    private readonly dataApis: DataApiService,
    private readonly ownerUrls: OwnerUrls,
  ) {}

  /** @throws data-api.not-found, advisors.not-available when the database cannot be looked into */
  async advise(
    caller: Caller,
    projectId: string,
    query: Pick<Advise, 'branch_id' | 'database_name'>,
  ): Promise<readonly AdvisorFinding[]> {
    const project = await this.access.project(caller, projectId);
    const branchId = query.branch_id ?? (await this.defaultBranch(projectId));
    const { dataApi } = await this.dataApis.get(caller, { projectId, branchId, database: query.database_name });
    const settings = resolveSettings(dataApi.settings, controlPlaneDefaults);
    const inDatabase = await this.look(dataApi, {
      schemas: settings.db_schemas,
      anonymousRole: settings.db_anon_role,
      groupRole: groupRoleName(project.compute, dataApi.endpointId),
    });
    const ofConfiguration = runConfigurationAdvisors({
      maxRows: settings.db_max_rows,
      corsAllowedOrigins: settings.server_cors_allowed_origins,
      hasProvider: dataApi.provider !== null,
      audience: dataApi.audience,
    });
    return [...inDatabase, ...ofConfiguration];
  }

  private async look(dataApi: DataApi, scope: AdvisorScope): Promise<readonly AdvisorFinding[]> {
    const url = present(await this.ownerUrls.of(dataApi), 'advisors.not-available', 'its compute is not running');
    try {
      return await withClient(url, (client) => runDatabaseAdvisors(client, scope), {
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        statementTimeoutMs: CHECK_TIMEOUT_MS,
      });
    } catch (error) {
      throw failure('advisors.not-available', error instanceof Error ? error.message : String(error));
    }
  }

  private async defaultBranch(projectId: string): Promise<string> {
    const branches = await this.branches.listOfProject(projectId);
    return present(
      branches.find(({ isDefault }) => isDefault),
      'branch.not-found',
      'default',
    ).id;
  }
}
