/** What DELETE answers: the resource that went, or 204 when it was gone before. */
import type { Response } from 'express';

export function bodyOrGone<Value, Body>(
  response: Response,
  value: Value | undefined,
  toBody: (value: Value) => Body,
): Body | undefined {
  if (value !== undefined) return toBody(value);
  response.status(204);
  return undefined;
}
