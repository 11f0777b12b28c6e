/** The login role of a data API: its password, and another role in its place, begun with an operation and published when it works. */
import { assertIdle, lockProject } from './branch-lock.js';
import { toDataApi, type DataApi } from './data-api.js';
import { loginPasswordPlace, toPublication } from './data-api-rows.js';
import type { Operation } from './operation.js';
import { insertOperation } from './operation.repository.js';
import type { Prisma } from './prisma-client.js';
import { publishSnapshot } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export interface Login {
  readonly role: string;
  /** A secret. */
  readonly password: string;
}

export class DataApiLoginRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  /** Password of its login role. A secret: never log it. undefined when it is gone. */
  async password(id: string): Promise<string | undefined> {
    const row = await this.prisma.dataApi.findUnique({ where: { id }, select: { loginPasswordSealed: true } });
    return row === null ? undefined : this.secrets.open(row.loginPasswordSealed, loginPasswordPlace(id));
  }

  /** The operation that exchanges the login for `role`. undefined unless the data API is active. @throws DatabaseError database.busy */
  async startRotation(projectId: string, { id }: DataApi, role: string): Promise<Operation | undefined> {
    return this.prisma.$transaction(async (transaction) => {
      await lockProject(transaction, projectId);
      const row = await transaction.dataApi.findUnique({ where: { id } });
      if (row === null) return undefined;
      const { branchId, endpointId, databaseName, loginRole } = row;
      await assertIdle(transaction, { branchIds: [branchId], sourceIds: [branchId] });
      if (row.status !== 'active') return undefined;
      return insertOperation(transaction, {
        projectId,
        branchId,
        endpointId,
        dataApiId: id,
        action: 'rotate_login',
        input: { login_role: loginRole, new_login_role: role, database_name: databaseName },
      });
    });
  }

  /** Publishes the snapshot that has the fleet log in as `login`. undefined when the data API is gone meanwhile. */
  async replace(dataApi: DataApi, login: Login): Promise<DataApi | undefined> {
    const { id } = dataApi;
    return publishSnapshot(this.prisma, toPublication(dataApi), async (transaction, version) => {
      const loginPasswordSealed = this.secrets.seal(login.password, loginPasswordPlace(id));
      const data = { loginRole: login.role, loginPasswordSealed, version };
      const [row] = await transaction.dataApi.updateManyAndReturn({ where: { id }, data });
      return row && toDataApi(row);
    });
  }
}
