/** `@Body(zodPipe(schema))`: the value as the schema reads it, or one 400 with every problem. */
import { Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { z } from 'zod';
import { failure } from '../error/control-plane-error.js';

/** A missing body reads as an empty object. */
export function zodPipe<Output>(schema: z.ZodType<Output>): Type<PipeTransform<unknown, Output>> {
  @Injectable()
  class ZodPipe implements PipeTransform<unknown, Output> {
    static readonly schema = schema;

    transform(value: unknown): Output {
      return parseRequest(schema, value ?? {});
    }
  }
  return ZodPipe;
}

/** The schema of such a pipe, for the document of the API. */
export function schemaOf(pipe: unknown): z.ZodType | undefined {
  return typeof pipe === 'function' && 'schema' in pipe && pipe.schema instanceof z.ZodType ? pipe.schema : undefined;
}

/** @throws request.invalid */
export function parseRequest<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw failure('request.invalid', parsed.error.issues.map(describeIssue));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `'${path}': ${issue.message}`;
}
