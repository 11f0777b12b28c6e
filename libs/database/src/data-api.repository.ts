/** Data APIs. Whatever a proxy can see of one changes through `publishSnapshot`, together with the operation it needs. */
import { isDeepStrictEqual } from 'node:util';
import type { DataApiSettingsInput, Jwks, TenantAddress } from '@perch/contract';
import { assertIdle, lockProject } from './branch-lock.js';
import { toDataApi, type DataApi } from './data-api.js';
import type { DataApiReport } from './data-api-report.js';
import { DatabaseError } from './database-error.js';
import { Prisma as PrismaNamespace } from './generated/client.js';
import type { Operation } from './operation.js';
import { insertOperation } from './operation.repository.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import { isUniqueViolation } from './prisma-errors.js';
import { publishSnapshot } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

/** What the user decides when enabling; the same when enabling is tried again. */
export interface DataApiChoices {
  readonly settings: DataApiSettingsInput;
  readonly provider: DataApi['provider'];
  readonly providerName: string | null;
  readonly jwksUrl: string | null;
  /** The provider of the project or branch that the above come from. */
  readonly jwksId?: string | null;
  readonly jwks: Jwks | null;
  readonly audience: string | null;
  readonly audienceRequired: boolean;
  readonly issuer: string | null;
  readonly addDefaultGrants: boolean;
  readonly addAnonymousGrants: boolean;
  readonly skipAuthSchema: boolean;
}

export interface NewDataApi extends DataApiChoices {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId: string;
  readonly databaseName: string;
  readonly loginRole: string;
  readonly loginPassword: string;
}

export interface DataApiWithOperation {
  readonly dataApi: DataApi;
  readonly operation: Operation;
}

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

  /** Keeps a fetched key set, and publishes it only when it differs from the one in force. */
  async saveJwks(current: DataApi, jwks: Jwks, fetchedAt: Date): Promise<{ readonly published: boolean }> {
    const fresh = { jwksFetchedAt: fetchedAt, jwksError: null };
    if (isDeepStrictEqual(current.jwks, jwks)) {
      await this.prisma.dataApi.updateMany({ where: { id: current.id }, data: fresh });
      return { published: false };
    }
    const row = await publishSnapshot(this.prisma, toPublication(current), (transaction, version) =>
      updateExisting(transaction, current.id, { ...fresh, jwks: toJson(jwks), version }),
    );
    return { published: row !== undefined };
  }

  /** A fetch failed: the keys of the one before stay in force. */
  async recordJwksError(id: string, message: string): Promise<void> {
    await this.prisma.dataApi.updateMany({ where: { id }, data: { jwksError: message } });
  }

  /**
   * Takes the right to fetch a key set now; false when somebody began to after `notSince`. This is the rate limit, and
   * it holds over every process of the control plane.
   */
  async claimJwksFetch(id: string, now: Date, notSince: Date): Promise<boolean> {
    const { count } = await this.prisma.dataApi.updateMany({
      where: {
        id,
        jwksUrl: { not: null },
        OR: [{ jwksCheckedAt: null }, { jwksCheckedAt: { lte: notSince } }],
      },
      data: { jwksCheckedAt: now },
    });
    return count === 1;
  }

  /** Data APIs whose key set nobody began to fetch since `before`, the longest waiting first. */
  async listJwksDue(before: Date, limit: number): Promise<readonly DataApi[]> {
    const rows = await this.prisma.dataApi.findMany({
      where: { jwksUrl: { not: null }, OR: [{ jwksCheckedAt: null }, { jwksCheckedAt: { lte: before } }] },
      orderBy: { jwksCheckedAt: { sort: 'asc', nulls: 'first' } },
      take: limit,
    });
    return rows.map(toDataApi);
  }

  /** Password of its login role. A secret: never log it. undefined when it is gone. */
  async loginPassword(id: string): Promise<string | undefined> {
    const row = await this.prisma.dataApi.findUnique({ where: { id }, select: { loginPasswordSealed: true } });
    return row === null ? undefined : this.secrets.open(row.loginPasswordSealed, loginPasswordPlace(id));
  }
}

/** Within a publication: the row, and the operation that makes it usable. */
export async function insertDataApi(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  input: NewDataApi,
  version: bigint,
): Promise<DataApiWithOperation> {
  const { projectId, loginPassword, ...columns } = input;
  const row = await transaction.dataApi.create({
    data: {
      ...columns,
      ...choicesToColumns(input),
      loginPasswordSealed: secrets.seal(loginPassword, loginPasswordPlace(input.id)),
      version,
    },
  });
  return { dataApi: toDataApi(row), operation: await insertProvisioning(transaction, projectId, row) };
}

function toPublication(dataApi: { readonly endpointId: string; readonly databaseName: string }) {
  return { endpointId: dataApi.endpointId, database: dataApi.databaseName, removed: false };
}

function choicesToColumns(choices: DataApiChoices) {
  return {
    settings: toJson(choices.settings),
    provider: choices.provider,
    providerName: choices.providerName,
    jwksUrl: choices.jwksUrl,
    jwksId: choices.jwksId ?? null,
    jwks: choices.jwks === null ? PrismaNamespace.DbNull : toJson(choices.jwks),
    jwksFetchedAt: choices.jwks === null ? null : new Date(),
    jwksCheckedAt: choices.jwks === null ? null : new Date(),
    jwksError: null,
    audience: choices.audience,
    audienceRequired: choices.audienceRequired,
    issuer: choices.issuer,
    addDefaultGrants: choices.addDefaultGrants,
    addAnonymousGrants: choices.addAnonymousGrants,
    skipAuthSchema: choices.skipAuthSchema,
  };
}

/** A JSON value without the keys that are absent. */
function toJson(value: object): PrismaNamespace.InputJsonObject {
  return JSON.parse(JSON.stringify(value));
}

async function updateExisting(
  transaction: PrismaTransaction,
  id: string,
  data: PrismaNamespace.DataApiUncheckedUpdateInput,
) {
  const { count } = await transaction.dataApi.updateMany({ where: { id }, data });
  return count === 0 ? undefined : transaction.dataApi.findUniqueOrThrow({ where: { id } });
}

export function insertProvisioning(
  transaction: PrismaTransaction,
  projectId: string,
  row: { readonly id: string; readonly branchId: string; readonly endpointId: string },
): Promise<Operation> {
  return insertOperation(transaction, {
    projectId,
    branchId: row.branchId,
    endpointId: row.endpointId,
    dataApiId: row.id,
    action: 'provision_data_api',
  });
}

function present(created: DataApiWithOperation | undefined, id: string): DataApiWithOperation {
  if (created === undefined) throw new DatabaseError('database.conflict', `Data API '${id}' was not created`);
  return created;
}

export function loginPasswordPlace(id: string) {
  return { table: 'data_apis', column: 'login_password_sealed', row: id };
}
