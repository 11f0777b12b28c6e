/** Rows of data APIs within a publication: inserted with the operation that makes them usable, and changed while they are there. */
import type { DataApiSettingsInput, Jwks } from '@perch/contract';
import { toDataApi, type DataApi } from './data-api.js';
import { Prisma as PrismaNamespace } from './generated/client.js';
import type { Operation } from './operation.js';
import { insertOperation } from './operation.repository.js';
import type { PrismaTransaction } from './prisma-client.js';
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

/** undefined when it is gone. */
export async function updateExisting(
  transaction: PrismaTransaction,
  id: string,
  data: PrismaNamespace.DataApiUncheckedUpdateInput,
) {
  const { count } = await transaction.dataApi.updateMany({ where: { id }, data });
  return count === 0 ? undefined : transaction.dataApi.findUniqueOrThrow({ where: { id } });
}

/** What is published when a data API changes. */
export function toPublication(dataApi: { readonly endpointId: string; readonly databaseName: string }) {
  return { endpointId: dataApi.endpointId, database: dataApi.databaseName, removed: false };
}

export function choicesToColumns(choices: DataApiChoices) {
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
export function toJson(value: object): PrismaNamespace.InputJsonObject {
  return JSON.parse(JSON.stringify(value));
}

export function loginPasswordPlace(id: string) {
  return { table: 'data_apis', column: 'login_password_sealed', row: id };
}
