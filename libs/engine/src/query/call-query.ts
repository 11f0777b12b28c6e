/** The rows of a function call: a CallPlan in, the SELECT that calls the function out. */
import { assertNever } from '../error/engine-error.js';
import type { CallArguments, CallPlan, NamedArgument } from '../plan/call-plan.js';
import type { RoutineParameter } from '../schema-cache/routine.js';
import type { SqlValue } from '../sql-executor.js';
import { scalarColumn } from './body-sql.js';
import { empty, ident, join, param, qualified, raw, sql, type SqlFragment } from './sql.js';

/** Alias of a called function's rows. */
const callAlias = ident('pgrst_call');
/** Alias of the arguments that come out of a JSON body. */
const argsAlias = ident('_');

export function callQuery({ routine, args, returning }: CallPlan): SqlFragment {
  const call = sql`${qualified(routine)}(${argumentList(args)})`;
  const source = argumentSource(args);
  if (routine.returns.kind !== 'composite') {
    // In the SELECT list, because a record without declared columns may stand nowhere else.
    return sql`select ${call} as ${ident(scalarColumn)}${isNone(source) ? empty : sql` from ${source}`}`;
  }
  const from = isNone(source) ? call : sql`${source}, lateral ${call}`;
  return sql`select ${columns(returning)} from ${from} as ${callAlias}`;
}

function columns(returning: CallPlan['returning']): SqlFragment {
  if (returning === undefined) return sql`${callAlias}.*`;
  return join(
    returning.map((name) => sql`${callAlias}.${ident(name)}`),
    ', ',
  );
}

/** The row that named arguments of a JSON body are taken from. */
function argumentSource(args: CallArguments): SqlFragment | undefined {
  if (args.kind !== 'json') return undefined;
  const types = args.parameters.map(({ name, castType }) => sql`${ident(name)} ${raw(castType)}`);
  const rows = args.shape === 'array' ? sql`pg_catalog.json_to_recordset` : sql`pg_catalog.json_to_record`;
  return sql`(select * from ${rows}(${param(args.json)}::json) as ${argsAlias}(${join(types, ', ')}) limit 1) as ${argsAlias}`;
}

function isNone(fragment: SqlFragment | undefined): fragment is undefined {
  return fragment === undefined;
}

function argumentList(args: CallArguments): SqlFragment {
  switch (args.kind) {
    case 'none':
      return empty;
    case 'json':
      return join(
        args.parameters.map((parameter) => named(parameter, sql`${argsAlias}.${ident(parameter.name)}`)),
        ', ',
      );
    case 'named':
      return join(args.values.map(textArgument), ', ');
    case 'body':
      return bodyArgument(args.parameter, args.body);
    default:
      return assertNever(args);
  }
}

function textArgument({ parameter, texts }: NamedArgument): SqlFragment {
  const type = raw(parameter.castType);
  // One array, whatever the number of values; texts first, so that a bad element is an error of the call.
  if (parameter.variadic) return named(parameter, sql`${param(arrayLiteral(texts))}::text[]::${type}`);
  return named(parameter, sql`${param(texts[0] ?? null)}::${type}`);
}

function named({ name, variadic }: RoutineParameter, value: SqlFragment): SqlFragment {
  return sql`${variadic ? sql`variadic ` : empty}${ident(name)} := ${value}`;
}

/** Over json and text, because PostgreSQL would read the bytes of jsonb and xml in a binary format of their own. */
function bodyArgument({ type }: RoutineParameter, body: SqlValue): SqlFragment {
  switch (type) {
    case 'jsonb':
      return sql`${param(body)}::json::jsonb`;
    case 'xml':
      return sql`${param(body)}::text::xml`;
    default:
      return sql`${param(body)}::${raw(type)}`;
  }
}

function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
