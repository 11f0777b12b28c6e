/** Functions of the catalogs in, those out that make a custom media type. Pure. */
import type { QualifiedIdentifier } from '../identifiers.js';
import type { CatalogFunction } from './catalog-function.js';
import { anyMediaType } from './media-handler.js';
import type { MediaHandlerRecord } from './schema-snapshot.js';
import type { Domain, Types } from './types.js';

const mediaTypeName = /^[a-z0-9.-]+\/[a-z0-9.+-]+$/i;
const anyElement = 'anyelement';

/** undefined for a function that makes none. @param rowsOf the table with rows of this type. */
export function assembleMediaHandler(
  one: CatalogFunction,
  types: Types,
  rowsOf: (type: string) => QualifiedIdentifier | undefined,
): MediaHandlerRecord | undefined {
  const domain = mediaTypeOf(one, types);
  if (domain === undefined) return undefined;
  const spelled = domain.identifier.name;
  const table = one.isAggregate && !isOfAnyRow(one) ? rowsOf(one.firstType ?? '') : undefined;
  if (one.isAggregate && !isOfAnyRow(one) && table === undefined) return undefined;
  return {
    kind: one.isAggregate ? 'aggregate' : 'function',
    routine: one.identifier,
    mediaType: spelled.toLowerCase(),
    contentType: spelled === anyMediaType ? 'application/octet-stream' : spelled,
    binary: domain.base.printed === 'bytea',
    table,
  };
}

/** Type of the rows that an aggregate makes a media type of: it may be a table of any schema. undefined for anything else. */
export function rowTypeOf(one: CatalogFunction, types: Types): string | undefined {
  const isOfRows = one.isAggregate && !isOfAnyRow(one) && mediaTypeOf(one, types) !== undefined;
  return isOfRows ? one.firstType : undefined;
}

/** The domain that is called like a media type and returned, when the function's shape is a handler's. */
function mediaTypeOf({ isAggregate, inputTypes, returns }: CatalogFunction, types: Types): Domain | undefined {
  const domain = types.domain(returns.oid);
  const { name = '' } = domain?.identifier ?? {};
  if (!mediaTypeName.test(name) && name !== anyMediaType) return undefined;
  return (isAggregate ? inputTypes.length === 1 : !returns.set) ? domain : undefined;
}

function isOfAnyRow({ inputTypes }: CatalogFunction): boolean {
  return inputTypes[0] === anyElement;
}
