/** Projects: made whole in one transaction with their root branch, endpoint, roles, databases and first operations. */
import { DatabaseError } from './database-error.js';
import { lockIdleProject, lockProject, lockQuietProject } from './branch-lock.js';
import type { ProjectModel } from './generated/models.js';
import type { CreatedBranch, NewBranch } from './branch.js';
import { insertBranch } from './insert-branch.js';
import type { Operation } from './operation.js';
import { insertOperation, type NewOperation } from './operation.repository.js';
import type { Prisma } from './prisma-client.js';
import { isUniqueViolation } from './prisma-errors.js';
import { publishWithin, takePublishLock } from './publish-snapshot.js';
import type { SecretBox } from './secret-box.js';

export type Project = Readonly<ProjectModel>;

export interface NewProject {
  readonly id: string;
  readonly name: string;
  readonly regionId: string;
  readonly pgVersion: number;
  readonly compute: Project['compute'];
  readonly historyRetentionSeconds: number;
  readonly settings: object;
  readonly defaultEndpointSettings: object;
  /** The root branch with everything below it. */
  readonly branch: Omit<NewBranch, 'projectId' | 'parentId'>;
}

export interface CreatedProject extends CreatedBranch {
  readonly project: Project;
}

export interface ProjectPage {
  /** The last project of the page before. */
  readonly after?: Pick<Project, 'createdAt' | 'id'>;
  /** 1 to 400 rows. */
  readonly limit: number;
  /** Part of a name or a whole id. */
  readonly search?: string;
  /** Only this project: the scope of a project's own API key. */
  readonly onlyId?: string;
}

export class ProjectRepository {
  constructor(
    private readonly prisma: Prisma,
    private readonly secrets: SecretBox,
  ) {}

  /** @throws DatabaseError database.conflict: an id or a local port is taken; make new ones and try again. */
  async create(input: NewProject): Promise<CreatedProject> {
    const { branch, settings, defaultEndpointSettings, ...columns } = input;
    try {
      return await this.prisma.$transaction(async (transaction) => {
        const project = await transaction.project.create({
          data: { ...columns, settings: { ...settings }, defaultEndpointSettings: { ...defaultEndpointSettings } },
        });
        const created = await insertBranch(transaction, this.secrets, { ...branch, projectId: input.id });
        return { project, ...created };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DatabaseError('database.conflict', `Project '${input.id}' or its port exists already`, {
        cause: error,
      });
    }
  }

  async find(id: string): Promise<Project | undefined> {
    return (await this.prisma.project.findFirst({ where: { id, deletedAt: null } })) ?? undefined;
  }

  /** A deleted project too: what its last operations work on. */
  async findEvenDeleted(id: string): Promise<Project | undefined> {
    return (await this.prisma.project.findUnique({ where: { id } })) ?? undefined;
  }

  /** Newest first. */
  async list(page: ProjectPage): Promise<readonly Project[]> {
    const { after } = page;
    return this.prisma.project.findMany({
      where: {
        deletedAt: null,
        ...(page.onlyId !== undefined && { id: page.onlyId }),
        AND: [
          page.search === undefined
            ? {}
            : { OR: [{ id: page.search }, { name: { contains: page.search, mode: 'insensitive' } }] },
          after === undefined
            ? {}
            : { OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] },
        ],
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: page.limit,
    });
  }

  /** @throws DatabaseError database.busy */
  async update(
    id: string,
    change: {
      readonly name?: string;
      readonly settings?: object;
      readonly defaultEndpointSettings?: object;
      readonly historyRetentionSeconds?: number;
    },
  ): Promise<Project> {
    const { settings, defaultEndpointSettings, ...columns } = change;
    return this.prisma.$transaction(async (transaction) => {
      await lockIdleProject(transaction, id);
      return transaction.project.update({
        where: { id },
        data: {
          ...columns,
          ...(settings !== undefined && { settings: { ...settings } }),
          ...(defaultEndpointSettings !== undefined && { defaultEndpointSettings: { ...defaultEndpointSettings } }),
        },
      });
    });
  }

  /**
   * Takes a project out of every list and its data APIs out of the fleet, cancels what waits, and leaves the operations
   * that end its computes.
   *
   * @param whenBusy 'cancel' takes it away beside what is under way, too
   * @throws DatabaseError database.busy
   */
  async markDeleted(
    id: string,
    operations: readonly NewOperation[],
    whenBusy: 'refuse' | 'cancel' = 'refuse',
  ): Promise<readonly Operation[]> {
    return this.prisma.$transaction(async (transaction) => {
      await takePublishLock(transaction);
      await (whenBusy === 'refuse' ? lockQuietProject(transaction, id) : lockProject(transaction, id));
      const dataApis = await transaction.dataApi.findMany({ where: { branch: { projectId: id } } });
      for (const { id: dataApiId, endpointId, databaseName } of dataApis) {
        await publishWithin(transaction, { endpointId, database: databaseName, removed: true }, () =>
          transaction.dataApi.delete({ where: { id: dataApiId }, select: { id: true } }),
        );
      }
      await transaction.operation.updateMany({
        where: { projectId: id, status: 'scheduling' },
        data: { status: 'cancelled', error: 'The project was deleted', finishedAt: new Date() },
      });
      await transaction.project.update({ where: { id }, data: { deletedAt: new Date() } });
      const created: Operation[] = [];
      for (const operation of operations) created.push(await insertOperation(transaction, operation));
      return created;
    });
  }
}
