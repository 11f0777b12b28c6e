/** Operations: made together with what they work on, claimed by a worker, told forward step by step, finished once. */
import { randomUUID } from 'node:crypto';
import { metadataChannels } from './metadata-events.js';
import {
  operationInputSchema,
  operationStepSchema,
  unfinishedStatuses,
  type Operation,
  type OperationInput,
  type OperationStep,
} from './operation.js';
import { OperationAction } from './generated/enums.js';
import type { OperationModel } from './generated/models.js';
import type { Prisma, PrismaTransaction } from './prisma-client.js';

export interface NewOperation {
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId?: string;
  readonly dataApiId?: string;
  readonly action: Operation['action'];
  readonly input?: OperationInput;
}

/** What a worker gets for the id a job carried. */
export type OperationClaim =
  | { readonly kind: 'claimed'; readonly operation: Operation }
  /** An earlier operation of the branch is unfinished: look again when it is through. */
  | { readonly kind: 'blocked'; readonly by: string }
  /** Of a newer version, which alone knows how to do it: its worker takes it. */
  | { readonly kind: 'newer' }
  /** Finished before, or gone with its project. */
  | { readonly kind: 'done' };

export interface OperationPage {
  /** `sequence` of the last operation of the page before. */
  readonly before?: number;
  /** 1 to 1000 rows. */
  readonly limit: number;
}

/** Beside a newer control plane, and after going back from it, there are actions that this version has no name for. */
const ofKnownAction = { action: { in: Object.values(OperationAction) } };

export class OperationRepository {
  constructor(private readonly prisma: Prisma) {}

  async find(projectId: string, id: string): Promise<Operation | undefined> {
    const row = await this.prisma.operation.findFirst({ where: { id, projectId, ...ofKnownAction } });
    return row === null ? undefined : toOperation(row);
  }

  /** Newest first; those of a newer version, whose actions have no name here, are left out. */
  async list(projectId: string, page: OperationPage): Promise<readonly Operation[]> {
    const rows = await this.prisma.operation.findMany({
      where: { projectId, ...ofKnownAction, ...(page.before !== undefined && { sequence: { lt: page.before } }) },
      orderBy: { sequence: 'desc' },
      take: page.limit,
    });
    return rows.map(toOperation);
  }

  async create(operation: NewOperation): Promise<Operation> {
    return this.prisma.$transaction((transaction) => insertOperation(transaction, operation));
  }

  /** Takes an operation to work on it; taking one that a killed worker left behind succeeds too. */
  async claim(id: string): Promise<OperationClaim> {
    return this.prisma.$transaction(async (transaction): Promise<OperationClaim> => {
      const row = await transaction.operation.findUnique({
        where: { id },
        select: { branchId: true, sequence: true, status: true, startedAt: true, input: true },
      });
      if (row === null || !isUnfinished(row)) return { kind: 'done' };
      const isKnown = (await transaction.operation.count({ where: { id, ...ofKnownAction } })) === 1;
      // What it must be done with and is not understood may change what it does.
      if (!isKnown || !operationInputSchema.safeParse(row.input).success) return { kind: 'newer' };
      const earlier = await transaction.operation.findFirst({
        where: { branchId: row.branchId, sequence: { lt: row.sequence }, status: { in: [...unfinishedStatuses] } },
        orderBy: { sequence: 'asc' },
        select: { id: true },
      });
      if (earlier !== null) return { kind: 'blocked', by: earlier.id };
      // The earlier one may have failed between the two looks, and cancelled this one with it.
      const [claimed] = await transaction.operation.updateManyAndReturn({
        where: { id, status: { in: [...unfinishedStatuses] } },
        data: { status: 'running', startedAt: row.startedAt ?? new Date(), retryAt: null },
      });
      if (claimed === undefined) return { kind: 'done' };
      await notifyChanged(transaction, id);
      return { kind: 'claimed', operation: toOperation(claimed) };
    });
  }

  /** Replaces the steps; a row that is gone is left alone. */
  async recordSteps(id: string, steps: readonly OperationStep[]): Promise<void> {
    await this.prisma.operation.updateMany({ where: { id }, data: { steps: [...steps] } });
  }

  /** An attempt failed and another one follows at `retryAt`. */
  async recordFailure(id: string, failure: { readonly error: string; readonly retryAt: Date }): Promise<void> {
    await this.prisma.operation.updateMany({
      where: { id },
      data: { status: 'scheduling', error: failure.error, retryAt: failure.retryAt, failuresCount: { increment: 1 } },
    });
  }

  /**
   * Ends an operation well. With the last one of a deleted project the project's rows go, this operation among them.
   *
   * @returns ids of operations of the branch that may run now.
   */
  async finish(id: string): Promise<readonly string[]> {
    return this.end(id, { status: 'finished', error: null, retryAt: null }, false);
  }

  /**
   * Gives up. `cancelFollowers` also cancels what waits behind it on the branch (a database that never came up).
   *
   * @returns ids of operations of the branch that may run now.
   */
  async fail(id: string, failure: { readonly error: string; readonly cancelFollowers: boolean }) {
    const data = { status: 'failed', error: failure.error, retryAt: null, failuresCount: { increment: 1 } } as const;
    return this.end(id, data, failure.cancelFollowers);
  }

  /** Whatever may run now, oldest first: what a worker enqueues when it starts. */
  async runnable(): Promise<readonly string[]> {
    const rows = await this.prisma.operation.findMany({
      where: { status: { in: [...unfinishedStatuses] } },
      orderBy: { sequence: 'asc' },
      select: { id: true, branchId: true },
    });
    const busy = new Set<string | null>();
    return rows.filter(({ branchId }) => !busy.has(branchId) && busy.add(branchId)).map(({ id }) => id);
  }

  private async end(
    id: string,
    data: {
      readonly status: 'finished' | 'failed';
      readonly error: string | null;
      readonly retryAt: null;
      readonly failuresCount?: { readonly increment: number };
    },
    cancelFollowers: boolean,
  ): Promise<readonly string[]> {
    return this.prisma.$transaction(async (transaction) => {
      const select = { branchId: true, sequence: true, projectId: true } as const;
      const row = await transaction.operation.findUnique({ where: { id }, select });
      if (row === null) return [];
      await transaction.operation.updateMany({ where: { id }, data: { ...data, finishedAt: new Date() } });
      const waiting = { branchId: row.branchId, status: { in: [...unfinishedStatuses] } };
      if (cancelFollowers) {
        await transaction.operation.updateMany({
          where: { ...waiting, sequence: { gt: row.sequence } },
          data: { status: 'cancelled', error: `Operation ${id} before it failed`, finishedAt: new Date() },
        });
      }
      const next = await transaction.operation.findFirst({
        where: waiting,
        orderBy: { sequence: 'asc' },
        select: { id: true },
      });
      await notifyChanged(transaction, id);
      await purgeWhenDone(transaction, row.projectId);
      return next === null ? [] : [next.id];
    });
  }
}

export async function insertOperation(transaction: PrismaTransaction, operation: NewOperation): Promise<Operation> {
  const row = await transaction.operation.create({
    data: {
      id: randomUUID(),
      projectId: operation.projectId,
      branchId: operation.branchId,
      endpointId: operation.endpointId ?? null,
      dataApiId: operation.dataApiId ?? null,
      action: operation.action,
      input: operation.input ?? {},
    },
  });
  return toOperation(row);
}

export function toOperation(row: OperationModel): Operation {
  return {
    ...row,
    sequence: Number(row.sequence),
    steps: operationStepSchema.array().parse(row.steps),
    input: operationInputSchema.strip().parse(row.input),
  };
}

/** A failed removal keeps a deleted project's rows: they are what a person needs to take the rest away by hand. */
async function purgeWhenDone(transaction: PrismaTransaction, projectId: string): Promise<void> {
  await transaction.project.deleteMany({
    where: {
      id: projectId,
      deletedAt: { not: null },
      operations: {
        none: {
          OR: [{ status: { in: [...unfinishedStatuses] } }, { action: 'delete_timeline', NOT: { status: 'finished' } }],
        },
      },
    },
  });
}

function isUnfinished(row: Pick<OperationModel, 'status'>): boolean {
  return unfinishedStatuses.some((status) => status === row.status);
}

async function notifyChanged(transaction: PrismaTransaction, id: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_notify(${metadataChannels.operationChanged}, ${id})`;
}
