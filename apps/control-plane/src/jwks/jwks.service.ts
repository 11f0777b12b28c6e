/** Adds and removes the providers of a project; the data APIs in their scope follow at once. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DatabaseError, ProjectJwksRepository } from '@perch/database';
import { failure } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';
import { JwksSource } from './jwks-source.js';
import { toJwksBody, toOwnJwksBody, type CreateJwks, type JwksBody } from './jwks.dto.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@Injectable()
export class JwksService {
  constructor(
    private readonly jwks: ProjectJwksRepository,
    private readonly access: ProjectAccess,
    private readonly source: JwksSource,
  ) {}

  async list(caller: Caller, projectId: string): Promise<readonly JwksBody[]> {
    const project = await this.access.project(caller, projectId);
    const own = await this.jwks.listOwn(project.id);
    return [
      ...(await this.jwks.list(project.id)).map(toJwksBody),
      ...own.map((dataApi) => toOwnJwksBody(project.id, dataApi)),
    ];
  }

  /** @throws jwks.unusable, jwks.exists */
  async create(caller: Caller, projectId: string, input: CreateJwks): Promise<JwksBody> {
    const project = await this.access.project(caller, projectId);
    const branch =
      input.branch_id === undefined ? undefined : await this.access.branch(caller, project.id, input.branch_id);
    const keys = await this.source.fetchGiven(input.jwks_url);
    const row = {
      id: randomUUID(),
      projectId: project.id,
      branchId: branch?.id ?? null,
      jwksUrl: input.jwks_url,
      providerName: input.provider_name,
      audience: input.jwt_audience ?? null,
      roleNames: input.role_names ?? [],
    };
    try {
      return toJwksBody(await this.jwks.create(row, keys, new Date()));
    } catch (error) {
      const isSecond = error instanceof DatabaseError && error.code === 'database.conflict';
      throw isSecond ? failure('jwks.exists', error.message) : error;
    }
  }

  /** @throws jwks.not-found */
  async remove(caller: Caller, projectId: string, id: string): Promise<JwksBody> {
    const project = await this.access.project(caller, projectId);
    if (!UUID.test(id)) throw failure('jwks.not-found', id);
    const removed = await this.jwks.remove(project.id, id);
    if (removed !== undefined) return toJwksBody(removed);
    const own = await this.jwks.removeOwn(project.id, id);
    if (own === undefined) throw failure('jwks.not-found', id);
    return toOwnJwksBody(project.id, own);
  }
}
