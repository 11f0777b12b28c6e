/** Enables, shows, changes and disables the data API of a branch's database. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DataApiSettingsInput } from '@perch/contract';
import {
  BranchDatabaseRepository,
  DataApiLoginRepository,
  DataApiRepository,
  DatabaseError,
  EndpointRepository,
  ProjectJwksRepository,
  type Branch,
  type DataApi,
  type DataApiChoices,
  type DataApiWithOperation,
  type Operation,
} from '@perch/database';
import { failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { JwksSource } from '../jwks/jwks-source.js';
import { OperationRunner } from '../operations/operation-runner.js';
import { ProjectAccess } from '../projects/project-access.js';
import { readChoices } from './data-api-choices.js';
import { DataApiUrls } from './data-api-urls.js';
import type { DataApiView, EnableDataApi } from './data-api.dto.js';
import { ExposureReader } from './exposure-reader.js';

/** What a path names; without a database in the older form of it. */
export interface DataApiPath {
  readonly projectId: string;
  readonly branchId: string;
  readonly database: string | undefined;
}

/** Milliseconds that POST waits for the data API to be active (decision 6), and DELETE for its login to be gone. */
const WAIT_MS = 5_000;
const PASSWORD_BYTES = 32;

@Injectable()
export class DataApiService {
  constructor(
    private readonly dataApis: DataApiRepository,
    private readonly logins: DataApiLoginRepository,
    private readonly databases: BranchDatabaseRepository,
    private readonly endpoints: EndpointRepository,
    private readonly access: ProjectAccess,
    private readonly jwks: ProjectJwksRepository,
    private readonly jwksSource: JwksSource,
    private readonly urls: DataApiUrls,
    private readonly exposure: ExposureReader,
    private readonly operations: OperationRunner,
  ) {}

  /** @throws data-api.exists unless there is none or it is in `error`, from where this starts it over; branch.busy */
  async enable(caller: Caller, path: DataApiPath, input: EnableDataApi): Promise<DataApiView> {
    const project = await this.access.project(caller, path.projectId);
    const branch = await this.access.branch(caller, path.projectId, path.branchId);
    const database = await this.databaseNamed(branch, path.database ?? input.database_name);
    const existing = await this.dataApis.find(branch.id, database);
    if (existing !== undefined && existing.status !== 'error') throw failure('data-api.exists', database);
    const inForce = await this.jwks.inForce(project.id, branch.id);
    const choices = await readChoices(input, project.compute, this.jwksSource, inForce);
    const { dataApi, operation } =
      existing === undefined
        ? await this.create(branch, database, choices)
        : present(await this.dataApis.startOver(project.id, existing, choices), 'data-api.exists', database);
    await this.operations.dispatch([operation]);
    await this.operations.settle([operation], WAIT_MS);
    return this.view((await this.dataApis.findById(dataApi.id)) ?? dataApi);
  }

  /** @throws data-api.not-found */
  async get(caller: Caller, path: DataApiPath): Promise<DataApiView> {
    const dataApi = await this.find(caller, path);
    return { ...this.view(dataApi), report: await this.exposure.refresh(dataApi) };
  }

  /** Publishes what `change` makes of the settings, and with it has the fleet read the schema again. @throws branch.busy */
  async change(
    caller: Caller,
    path: DataApiPath,
    change: (settings: DataApiSettingsInput) => DataApiSettingsInput,
  ): Promise<void> {
    const dataApi = await this.find(caller, path);
    const settings = change(dataApi.settings);
    // A schema exposed only now needs grants of its own.
    const provision = exposesMore(dataApi.settings, settings);
    const changed = present(
      await this.dataApis.updateSettings(path.projectId, dataApi, { settings, provision }),
      'data-api.not-found',
      dataApi.databaseName,
    );
    if (changed.operation === undefined) return;
    await this.operations.dispatch([changed.operation]);
    await this.operations.settle([changed.operation], WAIT_MS);
  }

  /** Its URL stops answering at once; whoever asked waits a while until its login role is gone. @throws branch.busy */
  async disable(caller: Caller, path: DataApiPath): Promise<void> {
    const dataApi = await this.find(caller, path);
    const removed = await this.dataApis.remove(path.projectId, dataApi);
    const operation = present(removed, 'data-api.not-found', dataApi.databaseName);
    await this.operations.dispatch([operation]);
    // In the contract there is no operation to wait for: the next change must not find the branch busy.
    await this.operations.settle([operation], WAIT_MS);
  }

  /**
   * Its login role in exchange for a new one; the operation ends when the former one is gone.
   *
   * @throws data-api.not-found, data-api.not-active, branch.busy
   */
  async rotateLogin(caller: Caller, path: DataApiPath): Promise<Operation> {
    const dataApi = await this.find(caller, path);
    const started = await this.logins.startRotation(path.projectId, dataApi, loginRoleOf(randomUUID()));
    const operation = present(started, 'data-api.not-active', dataApi.databaseName, dataApi.status);
    await this.operations.dispatch([operation]);
    return operation;
  }

  private async find(caller: Caller, path: DataApiPath): Promise<DataApi> {
    const branch = await this.access.branch(caller, path.projectId, path.branchId);
    const database = path.database ?? (await this.onlyOne(branch));
    const name = await this.databaseNamed(branch, database);
    return present(await this.dataApis.find(branch.id, name), 'data-api.not-found', name);
  }

  /** The older form names no database: the one that has a data API, when there is just one. */
  private async onlyOne(branch: Branch): Promise<string | undefined> {
    const ofBranch = await this.dataApis.listOfBranch(branch.id);
    return ofBranch.length === 1 ? ofBranch[0]?.databaseName : undefined;
  }

  /** Without a name the branch's only or first database. @throws database.not-found */
  private async databaseNamed(branch: Branch, name: string | undefined): Promise<string> {
    const databases = await this.databases.listOfBranch(branch.id);
    const found = name === undefined ? databases[0] : databases.find((database) => database.name === name);
    return present(found, 'database.not-found', name ?? 'default').name;
  }

  private async create(branch: Branch, database: string, choices: DataApiChoices): Promise<DataApiWithOperation> {
    const endpoints = await this.endpoints.listOfBranch(branch.id);
    const endpoint = present(
      endpoints.find(({ type }) => type === 'read_write'),
      'endpoint.none',
      branch.id,
    );
    const id = randomUUID();
    try {
      return await this.dataApis.create({
        ...choices,
        id,
        projectId: branch.projectId,
        branchId: branch.id,
        endpointId: endpoint.id,
        databaseName: database,
        loginRole: loginRoleOf(id),
        loginPassword: randomBytes(PASSWORD_BYTES).toString('base64url'),
      });
    } catch (error) {
      const isTaken = error instanceof DatabaseError && error.code === 'database.conflict';
      throw isTaken ? failure('data-api.exists', database) : error;
    }
  }

  private view(dataApi: DataApi): DataApiView {
    return { dataApi, url: this.urls.urlOf(dataApi), report: dataApi.report };
  }
}

/** Of this data API alone, so that no two share a password; the prefix is reserved. */
function loginRoleOf(uuid: string): string {
  return `perch_api_${uuid.replaceAll('-', '')}`;
}

function exposesMore(before: DataApiSettingsInput, after: DataApiSettingsInput): boolean {
  const known = before.db_schemas ?? ['public'];
  return (after.db_schemas ?? ['public']).some((schema) => !known.includes(schema));
}
