/** Lets a request through with a known API key, or the fleet's token, by what its route says. */
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ApiKeyRepository } from '@perch/database';
import { hashApiKey } from '../api-keys/api-key-secret.js';
import { failure } from '../error/control-plane-error.js';
import { ACCESS_METADATA, type Access } from './access.js';
import { setCaller } from './caller.js';
import { FleetToken } from './fleet-token.js';

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeyRepository,
    private readonly fleetToken: FleetToken,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const access =
      this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
        context.getHandler(),
        context.getClass(),
      ]) ?? 'api-key';
    switch (access) {
      case 'public':
        return true;
      case 'fleet':
        return this.admitFleet(bearerOf(request));
      case 'api-key':
        return this.admitApiKey(request, bearerOf(request));
    }
  }

  /** The table is searched by the key's hash, so how long that takes says nothing about the key. */
  private async admitApiKey(request: Request, bearer: string | undefined): Promise<true> {
    if (bearer === undefined) throw failure('auth.key-missing');
    const key = await this.apiKeys.findByHash(hashApiKey(bearer));
    if (key === undefined) throw failure('auth.key-invalid');
    setCaller(request, { keyId: key.id, keyName: key.name, projectId: key.projectId ?? undefined });
    await this.apiKeys.recordUse(key.id, request.socket.remoteAddress, new Date());
    return true;
  }

  private admitFleet(bearer: string | undefined): true {
    if (!this.fleetToken.accepts(bearer)) throw failure('auth.fleet-token-invalid');
    return true;
  }
}

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}
