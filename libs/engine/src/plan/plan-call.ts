/** Plans a function call: the request and the schema cache in, the routine with its arguments out. */
import type { ApiRequest } from '../api-request/api-request.js';
import type { Payload } from '../api-request/payload.js';
import { withoutNul, type QualifiedIdentifier } from '../identifiers.js';
import type { Routine, RoutineParameter } from '../schema-cache/routine.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { CallArguments, NamedArgument } from './call-plan.js';
import { findRoutine, unnamedParameter, type RoutineCall } from './find-routine.js';

/**
 * @throws PGRST202 no function takes these arguments
 * @throws PGRST203 several do
 */
export function findCalledRoutine(request: ApiRequest, target: QualifiedIdentifier, schema: SchemaCache): Routine {
  return findRoutine({ name: target, ...argumentsAsked(request) }, schema);
}

function argumentsAsked({ payload, queryParams, columns, contentType }: ApiRequest): Omit<RoutineCall, 'name'> {
  switch (payload?.kind) {
    case undefined:
      return { argumentNames: namesOf(queryParams.args), body: undefined };
    case 'form':
      return { argumentNames: namesOf(payload.pairs), body: undefined };
    case 'json':
    case 'unparsed-json':
      // A CSV body became json, but only a body that is json itself fills an unnamed parameter.
      return { argumentNames: columns, body: contentType.kind === 'csv' ? undefined : 'json' };
    case 'raw':
      return { argumentNames: [], body: rawType(contentType.kind) };
  }
}

function rawType(kind: ApiRequest['contentType']['kind']): RoutineCall['body'] {
  return kind === 'plain' ? 'text' : kind === 'xml' ? 'xml' : 'bytea';
}

function namesOf(pairs: readonly (readonly [name: string, value: string])[]): readonly string[] {
  return [...new Set(pairs.map(([name]) => name))];
}

/** The arguments in the order of the routine's parameters. */
export function planArguments(routine: Routine, request: ApiRequest): CallArguments {
  const { payload, queryParams, columns } = request;
  const unnamed = unnamedParameter(routine);
  if (unnamed !== undefined) return { kind: 'body', parameter: unnamed, body: wholeBody(request) };
  switch (payload?.kind) {
    case undefined:
      return textArguments(routine.parameters, queryParams.args);
    case 'form':
      return textArguments(routine.parameters, payload.pairs);
    case 'json':
    case 'unparsed-json': {
      const given = new Set(columns);
      const parameters = routine.parameters.filter(({ name }) => given.has(name));
      if (parameters.length === 0) return { kind: 'none' };
      return { kind: 'json', parameters, json: payload.json, shape: payloadShape(payload) };
    }
    case 'raw':
      return { kind: 'none' };
  }
}

/** What a json payload is read as. One that nobody parsed is taken for what its first character says. */
export function payloadShape(payload: Extract<Payload, { kind: 'json' | 'unparsed-json' }>): 'object' | 'array' {
  if (payload.kind === 'json') return payload.shape;
  const start = typeof payload.json === 'string' ? payload.json : payload.json.toString('latin1');
  return /^\s*\{/.test(start) ? 'object' : 'array';
}

/** Without a body, or with a form, the arguments as an object, as PostgREST has it. They can have no name but the empty one. */
function wholeBody({ payload, queryParams }: ApiRequest): string | Buffer {
  switch (payload?.kind) {
    case 'json':
    case 'unparsed-json':
      return payload.json;
    case 'raw':
      return payload.body;
    case 'form':
      return JSON.stringify(Object.fromEntries(payload.pairs));
    case undefined:
      return JSON.stringify(Object.fromEntries(queryParams.args));
  }
}

/**
 * Of a repeated name every value goes to a variadic parameter, the last one to any other. A value ends where a NUL stands in
 * it, but for a variadic one: PostgreSQL refuses that array.
 */
function textArguments(
  parameters: readonly RoutineParameter[],
  pairs: readonly (readonly [name: string, value: string])[],
): CallArguments {
  const values: NamedArgument[] = [];
  for (const parameter of parameters) {
    const texts = pairs.filter(([name]) => name === parameter.name).map(([, text]) => text);
    const last = texts.at(-1);
    if (last !== undefined) values.push({ parameter, texts: parameter.variadic ? texts : [withoutNul(last)] });
  }
  return values.length === 0 ? { kind: 'none' } : { kind: 'named', values };
}
