/** Data APIs. Whatever a proxy can see of one changes through `publishSnapshot`, together with the operation it needs. */
import type { DataApiSettingsInput, TenantAddress } from '@perch/contract';
import { assertIdle, lockProject } from './branch-lock.js';
import { toDataApi, type DataApi } from './data-api.js';
import type { DataApiReport } from './data-api-report.js';
import {
  choicesToColumns,
  insertDataApi,
  insertProvisioning,
  toJson,
  toPublication,
  updateExisting,
  type DataApiChoices,
  type DataApiWithOperation,
  type NewDataApi,
} from './data-api-rows.js';
import { DatabaseError } from './database-error.js';
import type { Operation } from './operation.js';
import { insertOperation } from './operation.repository.js';
import type { Prisma } from './prisma-client.js';
import { isUniqueViolation } from './prisma-errors.js';
import { publishSnapshot } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export class DataApiRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  async findById(id: string): Promise<DataApi | undefined> {
    const row = await this.prisma.dataApi.findUnique({ where: { id } });
    return row === null ? undefined : toDataApi(row);
  }

  async find(branchId: string, databaseName: string): Promise<DataApi | undefined> {
    const row = await this.prisma.dataApi.findFirst({ where: { branchId, databaseName } });
    return row === null ? undefined : toDataApi(row);
  }

  async findByAddress(address: TenantAddress): Promise<DataApi | undefined> {
    const key = { endpointId: address.endpointId, databaseName: address.database };
    const row = await this.prisma.dataApi.findUnique({ where: { endpointId_databaseName: key } });
    return row === null ? undefined : toDataApi(row);
  }

  async listOfBranch(branchId: string): Promise<readonly DataApi[]> {
    const rows = await this.prisma.dataApi.findMany({ where: { branchId }, orderBy: { createdAt: 'asc' } });
    return rows.map(toDataApi);
  }

  /** @throws DatabaseError database.conflict: this database of the branch has a data API already; database.busy. */
  async create(input: NewDataApi): Promise<DataApiWithOperation> {
    try {
      const created = await publishSnapshot(this.prisma, toPublication(input), async (transaction, version) => {
        await lockProject(transaction, input.projectId);
        // Before asking who is busy: it is the other one's provisioning that is under way.
        const { branchId, databaseName } = input;
        if ((await transaction.dataApi.findFirst({ where: { branchId, databaseName } })) !== null) return undefined;
        await assertIdle(transaction, { branchIds: [branchId], sourceIds: [branchId] });
        return insertDataApi(transaction, this.secrets, input, version);
      });
      return present(created, input.id);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const message = `Database '${input.databaseName}' has a data API already`;
      throw new DatabaseError('database.conflict', message, { cause: error });
    }
  }

  /**
   * Starts a failed data API over with new choices. undefined when it is not in `error` (any more), so that of two
   * callers only one starts it.
   *
   * @throws DatabaseError database.busy
   */
  async startOver(
    projectId: string,
    current: DataApi,
    choices: DataApiChoices,
  ): Promise<DataApiWithOperation | undefined> {
    return publishSnapshot(this.prisma, toPublication(current), async (transaction, version) => {
      await lockProject(transaction, projectId);
      if ((await transaction.dataApi.findFirst({ where: { id: current.id, status: 'error' } })) === null) {
        return undefined;
      }
      await assertIdle(transaction, { branchIds: [current.branchId], sourceIds: [current.branchId] });
      const { count } = await transaction.dataApi.updateMany({
        where: { id: current.id, status: 'error' },
        data: { ...choicesToColumns(choices), status: 'provisioning', lastError: null, version },
      });
      if (count === 0) return undefined;
      const row = await transaction.dataApi.findUniqueOrThrow({ where: { id: current.id } });
      return { dataApi: toDataApi(row), operation: await insertProvisioning(transaction, projectId, row) };
    });
  }

  /**
   * Publishes new settings (or, with the ones there are, a new version, upon which the fleet reads the schema again).
   * `provision` also runs provisioning again, for settings that need other grants. undefined when it is gone.
   *
   * @throws DatabaseError database.busy
   */
  async updateSettings(
    projectId: string,
    current: DataApi,
    change: { readonly settings: DataApiSettingsInput; readonly provision: boolean },
  ): Promise<{ readonly dataApi: DataApi; readonly operation?: Operation } | undefined> {
    return publishSnapshot(this.prisma, toPublication(current), async (transaction, version) => {
      await lockProject(transaction, projectId);
      if ((await transaction.dataApi.findUnique({ where: { id: current.id } })) === null) return undefined;
      await assertIdle(transaction, {
        branchIds: [current.branchId],
        sourceIds: change.provision ? [current.branchId] : [],
      });
      const row = await updateExisting(transaction, current.id, { settings: toJson(change.settings), version });
      if (row === undefined) return undefined;
      const dataApi = toDataApi(row);
      return change.provision
        ? { dataApi, operation: await insertProvisioning(transaction, projectId, row) }
        : { dataApi };
    });
  }

  /**
   * Takes it out of the fleet at once and leaves the operation that takes its login role away. undefined when gone.
   *
   * @throws DatabaseError database.busy
   */
  async remove(projectId: string, current: DataApi): Promise<Operation | undefined> {
    return publishSnapshot(this.prisma, { ...toPublication(current), removed: true }, async (transaction) => {
      await lockProject(transaction, projectId);
      if ((await transaction.dataApi.findUnique({ where: { id: current.id } })) === null) return undefined;
      await assertIdle(transaction, { branchIds: [current.branchId], sourceIds: [current.branchId] });
      const { count } = await transaction.dataApi.deleteMany({ where: { id: current.id } });
      if (count === 0) return undefined;
      return insertOperation(transaction, {
        projectId,
        branchId: current.branchId,
        endpointId: current.endpointId,
        dataApiId: current.id,
        action: 'remove_data_api',
        input: { login_role: current.loginRole, database_name: current.databaseName },
      });
    });
  }

  /** Provisioning is through: the snapshot with its connection is published. undefined when it is gone meanwhile. */
  async activate(current: DataApi, report: DataApiReport): Promise<DataApi | undefined> {
    return publishSnapshot(this.prisma, toPublication(current), async (transaction, version) => {
      const data = { status: 'active', lastError: null, report, version } as const;
      const row = await updateExisting(transaction, current.id, data);
      return row && toDataApi(row);
    });
  }

  /** Provisioning was given up. One that was active before stays so and only keeps the reason. */
  async recordError(current: DataApi, message: string): Promise<DataApi | undefined> {
    return publishSnapshot(this.prisma, toPublication(current), async (transaction, version) => {
      const before = await transaction.dataApi.findUnique({ where: { id: current.id }, select: { status: true } });
      if (before === null) return undefined;
      const status = before.status === 'active' ? 'active' : 'error';
      const row = await updateExisting(transaction, current.id, { status, lastError: message, version });
      return row && toDataApi(row);
    });
  }
}

function present(created: DataApiWithOperation | undefined, id: string): DataApiWithOperation {
  if (created === undefined) throw new DatabaseError('database.conflict', `Data API '${id}' was not created`);
  return created;
}
