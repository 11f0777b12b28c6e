/**
 * Which overload of a function a request means: its name, the names of its arguments and the kind of its body in, one
 * routine out. Types do not decide, names do.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/functions.html#overloaded-functions
 */
import { engineError } from '../error/engine-error.js';
import { argumentsSimilarity, suggest } from '../error/suggest.js';
import { displayName, type QualifiedIdentifier } from '../identifiers.js';
import type { Routine, RoutineParameter } from '../schema-cache/routine.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';

/** What of the request can choose an overload. */
export interface RoutineCall {
  readonly name: QualifiedIdentifier;
  /** Without duplicates. */
  readonly argumentNames: readonly string[];
  /** Kind of a POST's body; undefined for GET, HEAD and forms, which never fill an unnamed parameter. */
  readonly body: 'json' | 'text' | 'xml' | 'bytea' | undefined;
}

const typesOfBody: Readonly<Record<'json' | 'text' | 'xml' | 'bytea', readonly string[]>> = {
  json: ['json', 'jsonb'],
  text: ['text'],
  xml: ['xml'],
  bytea: ['bytea'],
};

/**
 * An overload whose named parameters fit comes before one with a single unnamed parameter.
 *
 * @throws PGRST202 none fits
 * @throws PGRST203 several fit
 */
export function findRoutine(call: RoutineCall, schema: SchemaCache): Routine {
  const overloads = schema.routines(call.name);
  const named: Routine[] = [];
  const unnamed: Routine[] = [];
  for (const routine of overloads) {
    if (takesArguments(routine, call)) named.push(routine);
    else if (takesBody(routine, call.body)) unnamed.push(routine);
  }
  const fitting = named.length > 0 ? named : unnamed;
  const [routine, ...others] = fitting;
  if (routine === undefined) throw noSuchRoutine(call, overloads, schema);
  if (others.length > 0) throw engineError('PGRST203', { candidates: fitting.map(signature) });
  return routine;
}

/** The only parameter, where it has no name: whatever the request brings goes to it as a whole. */
export function unnamedParameter({ parameters }: Routine): RoutineParameter | undefined {
  const [only, ...more] = parameters;
  return only?.name === '' && more.length === 0 ? only : undefined;
}

/** One parameter, without a name, of a type that the body can be. */
function takesBody(routine: Routine, body: RoutineCall['body']): boolean {
  const only = unnamedParameter(routine);
  return body !== undefined && only !== undefined && typesOfBody[body].includes(only.type);
}

/**
 * All required parameters are given, and nothing that is no parameter. Bodies that are not json name no arguments: they can
 * only leave out parameters that all may be left out, and a function without parameters is not meant by them.
 */
function takesArguments({ parameters }: Routine, { argumentNames, body }: RoutineCall): boolean {
  if (body !== undefined && body !== 'json' && parameters.length === 0) return false;
  const known = new Set(parameters.map(({ name }) => name));
  const given = new Set(argumentNames);
  return (
    argumentNames.every((name) => known.has(name)) &&
    parameters.every(({ name, required }) => !required || given.has(name))
  );
}

function noSuchRoutine(call: RoutineCall, overloads: readonly Routine[], schema: SchemaCache) {
  const { name, argumentNames, body } = call;
  const parameters = [...argumentNames].sort();
  return engineError('PGRST202', {
    ...name,
    parameters,
    unnamed: body,
    // Nothing was named that could have been misspelt.
    hint: body === undefined || body === 'json' ? hintFor(name, parameters, overloads, schema) : undefined,
  });
}

/** The most alike argument list of a function of this name, else the most alike name. */
function hintFor(
  name: QualifiedIdentifier,
  parameters: readonly string[],
  overloads: readonly Routine[],
  schema: SchemaCache,
): string | undefined {
  const meant =
    overloads.length > 0
      ? prefixed(name.name, suggest(argumentList(parameters), overloads.map(listOfParameters), argumentsSimilarity))
      : suggest(name.name, schema.routineNames(name.schema));
  return meant === undefined
    ? undefined
    : `Perhaps you meant to call the function ${displayName({ schema: name.schema, name: meant })}`;
}

function prefixed(name: string, list: string | undefined): string | undefined {
  return list === undefined ? undefined : name + list;
}

function listOfParameters({ parameters }: Routine): string {
  return argumentList(parameters.map(({ name }) => name).sort());
}

function argumentList(names: readonly string[]): string {
  return `(${names.join(', ')})`;
}

/** `atlas.clash(a => integer)` */
function signature(routine: Routine): string {
  const parameters = routine.parameters.map(({ name, type }) => `${name} => ${type}`);
  return `${displayName(routine)}(${parameters.join(', ')})`;
}
