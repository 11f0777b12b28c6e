/** Reads branches. */
import { Injectable } from '@nestjs/common';
import { BranchRepository, type Branch } from '@perch/database';
import type { Caller } from '../http/caller.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { BranchPage, ListBranches } from './branches.dto.js';

@Injectable()
export class BranchesService {
  constructor(
    private readonly branches: BranchRepository,
    private readonly access: ProjectAccess,
  ) {}

  async list(caller: Caller, projectId: string, query: ListBranches): Promise<BranchPage> {
    const sorted = [...(await this.search(caller, projectId, query.search))].sort(byKey(query));
    // The cursor names the last branch seen; one that is gone meanwhile starts over rather than lose branches.
    const seen = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 1)[0];
    const start = sorted.findIndex(({ id }) => id === seen) + 1;
    const branches = sorted.slice(start, start + query.limit);
    const last = branches.at(-1);
    const isEnd = last === undefined || start + branches.length >= sorted.length;
    return { branches, next: isEnd ? undefined : encodeCursor(last.id) };
  }

  async count(caller: Caller, projectId: string, search: string | undefined): Promise<number> {
    return (await this.search(caller, projectId, search)).length;
  }

  async get(caller: Caller, projectId: string, branchId: string): Promise<Branch> {
    return this.access.branch(caller, projectId, branchId);
  }

  private async search(caller: Caller, projectId: string, search = ''): Promise<readonly Branch[]> {
    const project = await this.access.project(caller, projectId);
    const branches = await this.branches.listOfProject(project.id);
    const wanted = search.toLowerCase();
    return branches.filter(({ id, name }) => id === search || name.toLowerCase().includes(wanted));
  }
}

function byKey({ sort_by, sort_order }: ListBranches): (a: Branch, b: Branch) => number {
  const sign = sort_order === 'asc' ? 1 : -1;
  const key = { name: 'name', created_at: 'createdAt', updated_at: 'updatedAt' } as const;
  const column = key[sort_by];
  return (a, b) => {
    if (a[column] < b[column]) return -sign;
    if (a[column] > b[column]) return sign;
    return a.id < b.id ? -1 : 1;
  };
}
