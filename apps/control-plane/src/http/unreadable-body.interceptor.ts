/** Refuses a call whose body could not be read: behind the guard, so that who sent it is known, and strangers learn nothing. */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { throwError, type Observable } from 'rxjs';
import { bodyRefusalOf } from './json-body.middleware.js';

@Injectable()
export class UnreadableBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const refusal = bodyRefusalOf(context.switchToHttp().getRequest<Request>());
    return refusal === undefined ? next.handle() : throwError(() => refusal);
  }
}
