/**
 * Writes the audit log: an entry before a call that changes or reveals something runs, its result before the answer
 * leaves. A call that cannot be written down is not run. Calls without a valid key change nothing and are not in it.
 */
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import type { AuditRepository, AuditResult, AuditTarget } from '@perch/database';
import type { Observer } from '@perch/observability';
import { callerOf, type Caller } from '../http/caller.js';
import { toControlPlaneError } from '../http/error.filter.js';
import { requestIdOf } from '../http/request-id.middleware.js';
import { shown, targetOfAnswer, targetOfPath } from './audit-target.js';
import { REVEALS_METADATA } from './reveals.js';

interface Begun {
  readonly id: number;
  readonly projectId: string | undefined;
  readonly target: AuditTarget;
}

export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly audit: AuditRepository,
    private readonly reflector: Reflector,
    private readonly observer: Observer,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const caller = callerOf(request);
    if (caller === undefined || !this.belongs(context, request)) return next.handle();
    const begun = await this.begin(request, caller);
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      mergeMap(async (body: unknown) => {
        const made = targetOfAnswer(body);
        const target = { ...begun.target, ...made };
        const projectId = begun.projectId ?? made['project_id'];
        await this.finish(begun, { status: response.statusCode, errorCode: undefined, projectId, target });
        return body;
      }),
      catchError((error: unknown) => {
        const { status, code } = toControlPlaneError(error, request);
        const finished = this.finish(begun, { ...begun, status, errorCode: code });
        return from(finished).pipe(mergeMap(() => throwError(() => error)));
      }),
    );
  }

  private belongs(context: ExecutionContext, request: Request): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return true;
    return this.reflector.get<boolean | undefined>(REVEALS_METADATA, context.getHandler()) === true;
  }

  private async begin(request: Request, caller: Caller): Promise<Begun> {
    const target = targetOfPath(request.params);
    // Of the key's project whatever the path says, so that nobody reads of another project's keys.
    const projectId = caller.projectId ?? target['project_id'];
    const id = await this.audit.begin({
      requestId: shown(requestIdOf(request)),
      keyId: caller.keyId,
      keyName: caller.keyName,
      projectId,
      action: actionOf(request),
      target,
      address: request.socket.remoteAddress,
    });
    return { id, projectId, target };
  }

  /** What was done is done: a result that cannot be written leaves the entry without one. */
  private async finish({ id }: Begun, result: AuditResult): Promise<void> {
    try {
      await this.audit.finish(id, result);
    } catch (error) {
      const text = `The result of audit entry ${id} could not be written`;
      const reason = error instanceof Error ? error.message : String(error);
      this.observer.note({ kind: 'message', level: 'warn', text, fields: { reason } });
    }
  }
}

/** As the API's document writes it: `POST /projects/{project_id}/branches`. */
function actionOf(request: Request): string {
  const pattern: unknown = request.route?.path;
  const path = typeof pattern === 'string' ? pattern : '';
  return `${request.method} ${path.replace(/^\/api\/v2/, '').replaceAll(/:([a-z_]+)/g, '{$1}')}`;
}
