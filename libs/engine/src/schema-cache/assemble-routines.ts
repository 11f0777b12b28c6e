/** Rows of the queries for functions, casts, media types and roles in, their values out. Pure. */
import { anyMediaType } from './media-handler.js';
import type { ComputedRelationship } from './relationship.js';
import type { DomainRepresentation } from './representation.js';
import type { Role } from './role.js';
import type { IsolationLevel, Routine, RoutineParameter, RoutineReturn, Volatility } from './routine.js';
import type { MediaHandlerRecord, TableRecord } from './schema-snapshot.js';
import { flag, nestedRows, optionalText, text, textList, type CatalogRow } from './catalog-row.js';
import { InternalError } from '../error/engine-error.js';

const volatilities: Readonly<Record<string, Volatility>> = { v: 'volatile', s: 'stable', i: 'immutable' };
const returnKinds: Readonly<Record<string, RoutineReturn['kind']>> = { composite: 'composite', void: 'void' };
const isolationSetting = 'default_transaction_isolation';
/** Every other means read committed. */
const isolationLevels: readonly IsolationLevel[] = ['repeatable read', 'serializable'];

export function assembleRoutine(row: CatalogRow): Routine {
  const parameters = nestedRows(row, 3).map((parameter): RoutineParameter => ({
    name: text(parameter, 0),
    type: text(parameter, 1),
    castType: text(parameter, 2),
    required: flag(parameter, 3),
    variadic: flag(parameter, 4),
  }));
  const settings = textList(row, 10).map((setting): readonly [string, string] => {
    const equals = setting.indexOf('=');
    return [setting.slice(0, equals), setting.slice(equals + 1)];
  });
  return {
    schema: text(row, 0),
    name: text(row, 1),
    description: optionalText(row, 2),
    parameters,
    hasVariadic: parameters.some((parameter) => parameter.variadic),
    returns: {
      set: flag(row, 4),
      kind: returnKinds[text(row, 5)] ?? 'scalar',
      type: { schema: text(row, 6), name: text(row, 7) },
      viaDomain: flag(row, 8),
    },
    volatility: volatilities[text(row, 9)] ?? 'volatile',
    ...splitIsolation(settings),
  };
}

export function assembleComputedRelationship(
  row: CatalogRow,
  tableOf: (oid: string) => TableRecord | undefined,
): ComputedRelationship {
  const origin = tableOf(text(row, 2));
  const target = tableOf(text(row, 3));
  if (origin === undefined || target === undefined) throw new InternalError('computed relationship of unknown tables');
  return {
    kind: 'computed',
    function: { schema: text(row, 0), name: text(row, 1) },
    origin: { schema: origin.schema, name: origin.name },
    target: { schema: target.schema, name: target.name },
    toOne: flag(row, 4),
    isSelf: origin === target,
  };
}

/** One row is one cast; a domain has up to three. */
export function assembleRepresentations(rows: readonly CatalogRow[]): readonly DomainRepresentation[] {
  const byDomain = new Map<string, DomainRepresentation>();
  for (const row of rows) {
    const domain = text(row, 0);
    const fromDomain = flag(row, 2);
    const form = text(row, 1);
    const cast = { schema: text(row, 3), name: text(row, 4) };
    const known = byDomain.get(domain);
    byDomain.set(domain, {
      domain,
      toJson: fromDomain && form === 'json' ? cast : known?.toJson,
      fromJson: !fromDomain && form === 'json' ? cast : known?.fromJson,
      fromText: !fromDomain && form === 'text' ? cast : known?.fromText,
    });
  }
  return [...byDomain.values()];
}

export function assembleMediaHandler(row: CatalogRow): MediaHandlerRecord {
  const spelled = text(row, 3);
  const table = optionalText(row, 5);
  return {
    kind: flag(row, 0) ? 'aggregate' : 'function',
    routine: { schema: text(row, 1), name: text(row, 2) },
    mediaType: spelled.toLowerCase(),
    contentType: spelled === anyMediaType ? 'application/octet-stream' : spelled,
    binary: flag(row, 6),
    table: table === undefined ? undefined : { schema: text(row, 4), name: table },
  };
}

export function assembleRole(row: CatalogRow): Role {
  const settings = nestedRows(row, 2).map((pair): readonly [string, string] => [text(pair, 0), text(pair, 1)]);
  return { name: text(row, 0), refused: flag(row, 1), ...splitIsolation(settings) };
}

function splitIsolation(settings: readonly (readonly [string, string])[]): Pick<Role, 'settings' | 'isolation'> {
  const level = settings.find(([name]) => name === isolationSetting)?.[1].toLowerCase();
  return {
    settings: settings.filter(([name]) => name !== isolationSetting),
    isolation: level === undefined ? undefined : (isolationLevels.find((known) => known === level) ?? 'read committed'),
  };
}
