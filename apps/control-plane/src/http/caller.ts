/** Who calls: what services take first. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { failure } from '../error/control-plane-error.js';

export interface Caller {
  readonly keyId: number;
  readonly keyName: string;
  /** A key of one project reaches nothing else. */
  readonly projectId: string | undefined;
}

const callers = new WeakMap<Request, Caller>();

export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** undefined where no API key was shown. */
export function callerOf(request: Request): Caller | undefined {
  return callers.get(request);
}

/** `@CurrentCaller() caller: Caller` */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller === undefined) throw failure('auth.key-missing');
  return caller;
});

/** @throws auth.personal-key-needed for a key of one project */
export function assertPersonal(caller: Caller): void {
  if (caller.projectId !== undefined) throw failure('auth.personal-key-needed');
}

/** true when the caller's key reaches this project. */
export function reaches(caller: Caller, projectId: string): boolean {
  return caller.projectId === undefined || caller.projectId === projectId;
}
