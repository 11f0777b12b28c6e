/** Functions of the catalogs in, the routines and computed relationships that they are out. Pure. */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { CatalogFunction } from './catalog-function.js';
import type { ComputedRelationship } from './relationship.js';
import type { Routine, RoutineParameter, RoutineReturn, Volatility } from './routine.js';
import type { TableRecord } from './schema-snapshot.js';
import { splitIsolation } from './split-isolation.js';
import type { Types } from './types.js';

const volatilities: Readonly<Record<string, Volatility>> = { v: 'volatile', s: 'stable', i: 'immutable' };

/** Types that a whole body may be. */
const bodyTypes: ReadonlySet<string> = new Set(['json', 'jsonb', 'text', 'bytea', 'xml']);

/** Of length 1 when nothing says otherwise, which for a parameter nothing does. */
const castTypes: Readonly<Record<string, string>> = {
  character: 'character varying',
  'character[]': 'character varying[]',
  bit: 'bit varying',
  'bit[]': 'bit varying[]',
};

/** Arguments of these modes are columns of what is returned: OUT, INOUT, TABLE. */
const columnModes: ReadonlySet<string> = new Set(['o', 'b', 't']);

/** undefined for a function that cannot be called. */
export function assembleRoutine(one: CatalogFunction, types: Types): Routine | undefined {
  if (one.isAggregate || isPseudoType(one.returns.identifier, 'trigger') || !isCallable(one)) return undefined;
  const parameters = assembleParameters(one);
  return {
    schema: one.identifier.schema,
    name: one.identifier.name,
    description: one.description,
    parameters,
    hasVariadic: parameters.some((parameter) => parameter.variadic),
    returns: assembleReturn(one, types),
    volatility: volatilities[one.volatility] ?? 'volatile',
    ...splitIsolation(one.settings),
  };
}

/** undefined for a function that does not take a table's row and return rows of a table. @param ofRows table by its rows' type. */
export function assembleComputedRelationship(
  { identifier, isAggregate, inputTypes, firstType, returns }: CatalogFunction,
  ofRows: (type: string) => TableRecord | undefined,
): ComputedRelationship | undefined {
  if (isAggregate || firstType === undefined || inputTypes.length !== 1) return undefined;
  const origin = ofRows(firstType);
  const target = ofRows(returns.oid);
  if (origin === undefined || target === undefined) return undefined;
  return {
    kind: 'computed',
    function: identifier,
    origin: { schema: origin.schema, name: origin.name },
    target: { schema: target.schema, name: target.name },
    toOne: returns.atMostOneRow,
    isSelf: origin === target,
  };
}

/**
 * It has no parameters, one of them at least has a name (or an OUT parameter has: one without a name may have a default),
 * or there is one that takes a body.
 */
function isCallable({ argumentNames, inputTypes }: CatalogFunction): boolean {
  const [first, ...others] = inputTypes;
  return first === undefined || argumentNames.length > 0 || (others.length === 0 && bodyTypes.has(first));
}

/**
 * Names are paired with the types of the input parameters by position, as PostgREST does: right unless an OUT parameter
 * stands before an IN parameter (recorded: such functions cannot be called with arguments).
 */
function assembleParameters(one: CatalogFunction): readonly RoutineParameter[] {
  const required = one.inputTypes.length - one.defaults;
  return one.inputTypes.map((type, index) => ({
    name: one.argumentNames[index] ?? '',
    type,
    castType: castTypes[type] ?? type,
    required: index < required,
    variadic: one.argumentModes[index] === 'v',
  }));
}

function assembleReturn({ returns, argumentModes }: CatalogFunction, types: Types): RoutineReturn {
  const domain = types.domain(returns.oid);
  const isComposite =
    (domain?.base.kind ?? returns.kind) === 'c' || argumentModes.some((mode) => columnModes.has(mode));
  const isVoid = isPseudoType(returns.identifier, 'void') && !returns.set;
  return {
    set: returns.set,
    kind: isVoid ? 'void' : isComposite ? 'composite' : 'scalar',
    type: domain !== undefined && isComposite ? domain.base.identifier : returns.identifier,
    viaDomain: domain !== undefined,
  };
}

function isPseudoType({ schema, name }: QualifiedIdentifier, pseudoType: 'trigger' | 'void'): boolean {
  return schema === 'pg_catalog' && name === pseudoType;
}
