/** Makes, lists and revokes API keys. A key is shown by the call that makes it and never again. */
import { Injectable } from '@nestjs/common';
import { ApiKeyRepository, type ApiKey } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import { assertPersonal, type Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';
import { hashApiKey, newApiKey, shownPartOf } from './api-key-secret.js';
import type { CreateApiKey } from './api-keys.dto.js';

@Injectable()
export class ApiKeysService {
  constructor(
    private readonly apiKeys: ApiKeyRepository,
    private readonly access: ProjectAccess,
  ) {}

  async create(caller: Caller, input: CreateApiKey): Promise<{ readonly key: ApiKey; readonly secret: string }> {
    assertPersonal(caller);
    if (input.project_id !== undefined) await this.access.project(caller, input.project_id);
    const secret = newApiKey();
    const key = await this.apiKeys.create({
      name: input.key_name,
      prefix: shownPartOf(secret),
      hash: hashApiKey(secret),
      ...(input.project_id !== undefined && { projectId: input.project_id }),
    });
    return { key, secret };
  }

  async list(caller: Caller): Promise<readonly ApiKey[]> {
    assertPersonal(caller);
    return this.apiKeys.list();
  }

  async revoke(caller: Caller, id: number): Promise<ApiKey> {
    assertPersonal(caller);
    return present(await this.apiKeys.revoke(id, new Date()), 'api-key.not-found', id);
  }
}
