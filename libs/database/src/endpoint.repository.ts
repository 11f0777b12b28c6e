/** Endpoints: where a branch's Postgres is reached, and in which state it is. */
import type { EndpointModel } from './generated/models.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';
import type { SecretBox } from './secret-box.js';

export type Endpoint = Readonly<Omit<EndpointModel, 'superuserPasswordSealed'>>;

export interface NewEndpoint {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly type: Endpoint['type'];
  readonly host: string;
  readonly port: number;
  /** A local endpoint keeps `port` for life; an attached one shares its own with whoever it likes. */
  readonly isLocal: boolean;
  readonly superuserPassword?: string;
  readonly suspendTimeoutSeconds: number;
  readonly currentState: Endpoint['currentState'];
  readonly pendingState?: Endpoint['currentState'];
  /** Only keeps the branch's data until somebody asks for an endpoint. */
  readonly hidden?: boolean;
  readonly settings?: object;
}

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

  /** Password of the private superuser of a local endpoint; undefined on an attached one. A secret: never log it. */
  async superuserPassword(id: string): Promise<string | undefined> {
    const row = await this.prisma.endpoint.findUnique({ where: { id }, select: { superuserPasswordSealed: true } });
    return row?.superuserPasswordSealed == null
      ? undefined
      : this.secrets.open(row.superuserPasswordSealed, superuserPasswordPlace(id));
  }
}

export async function insertEndpoint(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  input: NewEndpoint,
): Promise<Endpoint> {
  const { isLocal, superuserPassword, settings, ...columns } = input;
  return transaction.endpoint.create({
    data: {
      ...columns,
      settings: { ...settings },
      localPort: isLocal ? input.port : null,
      superuserPasswordSealed:
        superuserPassword === undefined ? null : secrets.seal(superuserPassword, superuserPasswordPlace(input.id)),
    },
  });
}

function superuserPasswordPlace(id: string) {
  return { table: 'endpoints', column: 'superuser_password_sealed', row: id };
}
