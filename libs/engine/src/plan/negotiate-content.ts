/** Which of the acceptable media types is answered and what makes the body: the Accept header and the schema's handlers in. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { engineError } from '../error/engine-error.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import { mediaTypeName, parseMediaType, type MediaType } from '../media-type.js';
import { anyMediaType, type MediaHandler } from '../schema-cache/media-handler.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { ReadPlan } from './read-plan.js';

/** How rows become a body. */
export type BodyHandler =
  /** HEAD, or a mutation that returns nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'json-array'; readonly nullsStripped: boolean }
  /** One object; that there is exactly one row is the statement's guard to see. */
  | { readonly kind: 'json-object'; readonly nullsStripped: boolean }
  | { readonly kind: 'csv' }
  | { readonly kind: 'geojson' }
  /** An aggregate of the user's over the rows. `rowType`: cast of the rows, for aggregates over one table's rows. */
  | {
      readonly kind: 'aggregate';
      readonly routine: QualifiedIdentifier;
      readonly rowType: QualifiedIdentifier | undefined;
      /** Bytes, not text. */
      readonly binary: boolean;
    }
  /** The called function's result is the body. */
  | { readonly kind: 'function-result'; readonly binary: boolean };

export interface NegotiatedContent {
  /** What the answer is called; for a plan this is the plan's type and `handler` that of what is explained. */
  readonly mediaType: MediaType;
  readonly handler: BodyHandler;
  /** Exactly one row is demanded. */
  readonly singular: boolean;
}

export interface ContentInput {
  readonly request: Pick<ApiRequest, 'accept'>;
  readonly schema: SchemaCache;
  readonly config: Pick<ApiConfig, 'planEnabled'>;
  /** Table or view that the rows are of. */
  readonly relation: QualifiedIdentifier;
  /** How they are read. */
  readonly read: Pick<ReadPlan, 'select' | 'embeds'>;
  /** The called function. */
  readonly routine?: QualifiedIdentifier | undefined;
  /** Nothing will be shown, but a type is chosen all the same. */
  readonly bodyless: boolean;
}

interface Choice {
  readonly mediaType: MediaType;
  readonly handler: BodyHandler;
}

/**
 * The first acceptable type that something can produce. Types of PostgREST's own cannot be overridden; all others can, by a
 * handler for every type, then one for this type, of this table or function, then one of every row type.
 *
 * @throws PGRST107 none
 */
export function negotiateContent(input: ContentInput): NegotiatedContent {
  const { accept } = input.request;
  for (const mediaType of accept) {
    const choice = choose(mediaType, input);
    if (choice === undefined) continue;
    return {
      mediaType: choice.mediaType,
      handler: input.bodyless ? { kind: 'none' } : choice.handler,
      singular: choice.handler.kind === 'json-object',
    };
  }
  throw engineError('PGRST107', { mediaTypes: accept.map(mediaTypeName) });
}

function choose(mediaType: MediaType, input: ContentInput): Choice | undefined {
  switch (mediaType.kind) {
    case 'singular':
      return { mediaType, handler: { kind: 'json-object', nullsStripped: mediaType.nullsStripped } };
    case 'array-stripped':
      return { mediaType, handler: { kind: 'json-array', nullsStripped: true } };
    case 'plan': {
      // Nothing explains a plan.
      const explains = input.config.planEnabled && mediaType.for.kind !== 'plan';
      const explained = explains ? choose(mediaType.for, input) : undefined;
      return explained === undefined ? undefined : { mediaType, handler: explained.handler };
    }
    default:
      return ofTableOrRoutine(mediaType, input) ?? ofAnyRow(mediaType, input.schema) ?? builtIn(mediaType);
  }
}

/** A table's handler takes whole rows: it serves only where all columns are selected. */
function ofTableOrRoutine(mediaType: MediaType, { schema, relation, read, routine }: ContentInput): Choice | undefined {
  if (!selectsAll(read)) return undefined;
  const sources = [
    schema.tableMediaHandlers(relation),
    ...(routine === undefined ? [] : [schema.routineMediaHandlers(routine)]),
  ];
  // The name of the domain that would serve it: of a type that is none of ours parameters and letter case count.
  for (const name of [anyMediaType, mediaTypeName(mediaType)]) {
    for (const handlers of sources) {
      const found = handlers.get(name);
      if (found !== undefined) return custom(found, relation);
    }
  }
  return undefined;
}

function ofAnyRow(mediaType: MediaType, schema: SchemaCache): Choice | undefined {
  const found = schema.anyRowMediaHandlers.get(mediaTypeName(mediaType));
  return found === undefined ? undefined : custom(found, undefined);
}

function custom(
  { kind, routine, contentType, binary }: MediaHandler,
  rowType: QualifiedIdentifier | undefined,
): Choice {
  return {
    mediaType: parseMediaType(contentType),
    handler:
      kind === 'function' ? { kind: 'function-result', binary } : { kind: 'aggregate', routine, rowType, binary },
  };
}

function builtIn(mediaType: MediaType): Choice | undefined {
  switch (mediaType.kind) {
    case 'any':
    case 'json':
      return { mediaType: { kind: 'json' }, handler: { kind: 'json-array', nullsStripped: false } };
    case 'csv':
    case 'geojson':
      return { mediaType, handler: { kind: mediaType.kind } };
    default:
      return undefined;
  }
}

/** A star that had to be expanded, for domain representations, is no whole row any more; `count()` passes for a star, as with PostgREST. */
function selectsAll({ select, embeds }: ContentInput['read']): boolean {
  const kind = select[0]?.kind;
  return select.length === 1 && (kind === 'star' || kind === 'count') && embeds.length === 0;
}
