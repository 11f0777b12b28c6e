/** Endpoints: where a branch's Postgres is reached, and in which state it is. */
import { inheritDataApis, removeDataApis } from './branch-copy.js';
import { assertIdle, lockIdleBranch, lockProject } from './branch-lock.js';
import type { Endpoint, EndpointRequest, EndpointSettings, RequestedEndpoint } from './endpoint.js';
import { superuserPasswordPlace, toColumns } from './endpoint-rows.js';
import { unfinishedStatuses, type Operation } from './operation.js';
import { insertOperation, toOperation } from './operation.repository.js';
import type { Prisma } from './prisma-client.js';
import { takePublishLock } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export class EndpointRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  async find(projectId: string, id: string): Promise<Endpoint | undefined> {
    const where = { id, projectId, hidden: false, project: { deletedAt: null }, branch: { deletedAt: null } };
    return (await this.prisma.endpoint.findFirst({ where })) ?? undefined;
  }

  /** By its id alone: hidden, of a deleted branch, of a deleted project too. */
  async findEvenDeleted(id: string): Promise<Endpoint | undefined> {
    return (await this.prisma.endpoint.findUnique({ where: { id } })) ?? undefined;
  }

  async listOfProject(projectId: string): Promise<readonly Endpoint[]> {
    const where = { projectId, hidden: false, branch: { deletedAt: null } };
    return this.prisma.endpoint.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  async listOfBranch(branchId: string): Promise<readonly Endpoint[]> {
    return (await this.listEvenHidden(branchId)).filter(({ hidden }) => !hidden);
  }

  /** Those too that only keep the branch's data. */
  async listEvenHidden(branchId: string): Promise<readonly Endpoint[]> {
    return this.prisma.endpoint.findMany({ where: { branchId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  /** What a project's deletion has to take away. */
  async listAllOfProject(projectId: string): Promise<readonly Endpoint[]> {
    return this.prisma.endpoint.findMany({ where: { projectId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  /** Every local endpoint that should be running: what a worker starts or adopts when it starts. */
  async listLocalActive(): Promise<readonly Endpoint[]> {
    return this.prisma.endpoint.findMany({
      where: {
        localPort: { not: null },
        currentState: 'active',
        project: { deletedAt: null },
        branch: { deletedAt: null },
      },
    });
  }

  /** Ports that local endpoints hold, in ascending order. */
  async localPorts(): Promise<readonly number[]> {
    const rows = await this.prisma.endpoint.findMany({
      where: { localPort: { not: null } },
      select: { port: true },
      orderBy: { port: 'asc' },
    });
    return rows.map(({ port }) => port);
  }

  async setState(id: string, currentState: Endpoint['currentState']): Promise<void> {
    const now = new Date();
    await this.prisma.endpoint.updateMany({
      where: { id },
      data: {
        currentState,
        pendingState: null,
        ...(currentState === 'active' && { startedAt: now, lastActiveAt: now }),
        ...(currentState === 'idle' && { suspendedAt: now }),
      },
    });
  }

  /** What a start or a suspension that was given up leaves behind. */
  async clearPending(id: string): Promise<void> {
    await this.prisma.endpoint.updateMany({ where: { id }, data: { pendingState: null } });
  }

  /** @throws DatabaseError database.busy */
  async update(endpoint: Pick<Endpoint, 'id' | 'projectId' | 'branchId'>, change: EndpointSettings): Promise<Endpoint> {
    return this.prisma.$transaction(async (transaction) => {
      await lockIdleBranch(transaction, endpoint);
      return transaction.endpoint.update({ where: { id: endpoint.id }, data: toColumns(change) });
    });
  }

  /** Asks for operations on a compute. @throws DatabaseError database.busy */
  async request({ id, projectId, branchId }: Endpoint, request: EndpointRequest): Promise<RequestedEndpoint> {
    return this.prisma.$transaction(async (transaction) => {
      await lockProject(transaction, projectId);
      // A copy in the making holds a session on its source.
      const sourceIds = request.actions.includes('suspend_compute') ? [branchId] : [];
      await assertIdle(transaction, { branchIds: [branchId], sourceIds });
      const data = { ...toColumns(request.change ?? {}), pendingState: request.pendingState };
      const endpoint = await transaction.endpoint.update({ where: { id }, data });
      const operations: Operation[] = [];
      for (const action of request.actions) {
        const operation = { projectId, branchId, endpointId: id, action, input: request.input ?? {} };
        operations.push(await insertOperation(transaction, operation));
      }
      return { endpoint, operations };
    });
  }

  /**
   * Gives a branch the endpoint that kept its data, and with it the parent's active data APIs.
   *
   * @throws DatabaseError database.busy
   */
  async reveal(
    hidden: Endpoint,
    { parentId, change }: { readonly parentId: string | null; readonly change: EndpointSettings },
  ): Promise<RequestedEndpoint> {
    const { id, projectId, branchId } = hidden;
    const isLocal = hidden.localPort !== null;
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockProject(transaction, projectId);
      await assertIdle(transaction, { branchIds: [branchId], sourceIds: [] });
      const data = { ...toColumns(change), hidden: false, ...(isLocal && { pendingState: 'active' as const }) };
      const endpoint = await transaction.endpoint.update({ where: { id }, data });
      const start = { projectId, branchId, endpointId: id, action: 'start_compute' } as const;
      const operations = isLocal ? [await insertOperation(transaction, start)] : [];
      if (parentId === null) return { endpoint, operations };
      const target = { id: branchId, projectId, parentId, endpointId: id };
      return { endpoint, operations: [...operations, ...(await inheritDataApis(transaction, this.secrets, target))] };
    });
  }

  /** Takes an endpoint and its data APIs away; the branch's data stay. @throws DatabaseError database.busy */
  async hide({ id, projectId, branchId, localPort }: Endpoint): Promise<RequestedEndpoint> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await lockProject(transaction, projectId);
      await assertIdle(transaction, { branchIds: [branchId], sourceIds: [branchId] });
      await removeDataApis(transaction, { endpointId: id });
      const data = { hidden: true, name: null, disabled: false, settings: {} };
      const endpoint = await transaction.endpoint.update({ where: { id }, data });
      if (localPort === null) return { endpoint, operations: [] };
      const suspend = { projectId, branchId, endpointId: id, action: 'suspend_compute' } as const;
      return { endpoint, operations: [await insertOperation(transaction, suspend)] };
    });
  }

  /** The start that somebody waits for: the one that is under way, or a new one, however many ask at once. */
  async wake({ id, projectId, branchId }: Endpoint): Promise<Operation> {
    return this.prisma.$transaction(async (transaction) => {
      await lockProject(transaction, projectId);
      const row = await transaction.operation.findFirst({
        where: { endpointId: id, action: 'start_compute', status: { in: [...unfinishedStatuses] } },
        orderBy: { sequence: 'desc' },
      });
      if (row !== null) return toOperation(row);
      await transaction.endpoint.update({ where: { id }, data: { pendingState: 'active' } });
      return insertOperation(transaction, { projectId, branchId, endpointId: id, action: 'start_compute' });
    });
  }

  /** Password of the private superuser of a local endpoint; undefined on an attached one. A secret: never log it. */
  async superuserPassword(id: string): Promise<string | undefined> {
    const row = await this.prisma.endpoint.findUnique({ where: { id }, select: { superuserPasswordSealed: true } });
    return row?.superuserPasswordSealed == null
      ? undefined
      : this.secrets.open(row.superuserPasswordSealed, superuserPasswordPlace(id));
  }
}
