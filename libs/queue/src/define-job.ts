/** What one kind of job is: declared once, used by whoever enqueues it and by whoever runs it. */
import type { z } from 'zod';

export interface JobDefinition<Payload> {
  /** Also the name of its queue. Letters, digits and hyphens. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  /** How often a handler may run in all, at least 1. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly backoffMs: number;
  /** Seconds a job that ended is remembered, and its key refused as known. 0 forgets it at once. */
  readonly keepForSeconds: number;
}

export function defineJob<Payload>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return Object.freeze({ ...definition });
}
