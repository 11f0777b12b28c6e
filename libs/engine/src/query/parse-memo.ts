/**
 * Remembers how requests were parsed: a raw request in; for one whose like was parsed before, what `parseApiRequest` and
 * `shapeOf` would make of it out, at the cost of looking it up.
 *
 * Two raw requests are alike when their outlines are (request-outline.ts) and their payloads have the same keys. What is kept
 * of one was parsed with marks in the place of its values, and only if that gave the very shape of the request itself.
 */
import type { ApiConfig } from '../api-config.js';
import type { Action } from '../api-request/action.js';
import { parseApiRequest, type ApiRequest } from '../api-request/api-request.js';
import { parsePayload, type ParsedPayload, type Payload } from '../api-request/payload.js';
import type { EngineRequest } from '../engine-request.js';
import type { MediaType } from '../media-type.js';
import { payloadShape } from '../plan/plan-call.js';
import type { SqlValue } from '../sql-executor.js';
import { Generations, type GenerationLimits } from './generations.js';
import { markedQuery, type RequestOutline } from './request-outline.js';
import { shapeOf, type RequestShape } from './request-shape.js';

/** What a request has come to, as far as it is remembered. */
export interface Recalled {
  /** Headers, path and query are its own; marks stand in the place of all other values. */
  readonly request: ApiRequest;
  readonly shape: Pick<RequestShape, 'key' | 'values'>;
}

interface NotRecalled {
  readonly kind: 'new';
  readonly scanned: ParsedPayload | undefined;
}

/** What the payload's parsing rests on, and what came of it for each set of keys. */
interface Head {
  readonly action: Action;
  readonly contentType: MediaType;
  readonly columns: readonly string[] | undefined;
  readonly byPayload: Map<string, Parsed | 'unfit'>;
}

interface Parsed {
  readonly request: ApiRequest;
  /** The same text object for all, so that looking it up again is cheap. */
  readonly shapeKey: string;
  /** For each value of the shape the index of the outline's value that it is, the payload, or what all have in common. */
  readonly sources: readonly (number | 'payload' | { readonly constant: SqlValue })[];
}

const markText = 'perch-slot-';
/** Of one outline: an object with optional members has many sets of keys. */
const maxPayloadShapes = 16;

export class ParseMemo {
  readonly #heads: Generations<Head>;

  constructor(
    private readonly config: ApiConfig,
    limits: GenerationLimits,
  ) {
    this.#heads = new Generations(limits);
  }

  /**
   * What is not remembered is left to be parsed, with its payload where that had to be read.
   *
   * @param read its payload, where that has been read already
   * @throws EngineError as `parseApiRequest` does
   */
  recall(
    sent: EngineRequest,
    outline: RequestOutline,
    read: ParsedPayload | undefined,
  ): (Recalled & { readonly kind: 'recalled' }) | NotRecalled {
    const head = this.#heads.get(outline.key);
    if (head === undefined) return { kind: 'new', scanned: read };
    const { action, contentType } = head;
    const scanned = read ?? parsePayload({ action, contentType, columns: head.columns, body: sent.body });
    const { payload, columns } = scanned;
    const known = head.byPayload.get(payloadOutline(payload, columns));
    if (known === undefined || known === 'unfit') return { kind: 'new', scanned };
    const { path, query, headers } = sent;
    return {
      kind: 'recalled',
      request: ofSender(known.request, path, query, headers),
      shape: { key: known.shapeKey, values: valuesOf(known, outline, payload) },
    };
  }

  /** @param shapeKey of `request`, as the plans are kept by it */
  remember(sent: EngineRequest, outline: RequestOutline, request: ApiRequest, shapeKey: string): void {
    const { action, contentType, queryParams, payload, columns } = request;
    // Its values are many, or none that a mark could stand for; with a head it would be parsed here in vain each time.
    if (payload?.kind === 'form' || payload?.kind === 'raw') return;
    const key = payloadOutline(payload, columns);
    const head = this.#heads.get(outline.key) ?? {
      action,
      contentType,
      columns: queryParams.columns,
      byPayload: new Map<string, Parsed | 'unfit'>(),
    };
    if (head.byPayload.has(key) || head.byPayload.size >= maxPayloadShapes) return;
    head.byPayload.set(key, parsedWithMarks(sent, outline, request, shapeKey, this.config) ?? 'unfit');
    this.#heads.set(outline.key, head, 4 * (outline.key.length + key.length) * head.byPayload.size);
  }
}

/** undefined: not to be kept. */
function parsedWithMarks(
  sent: EngineRequest,
  outline: RequestOutline,
  request: ApiRequest,
  shapeKey: string,
  config: ApiConfig,
): Parsed | undefined {
  const { payload, columns } = request;
  const own = shapeOf(request).values;
  if (own.some((value) => value?.includes(markText))) return undefined;
  const query = markedQuery(sent, (index) => `${markText}${index}`);
  const marked = shapeOf(parseApiRequest({ ...sent, query }, config, { payload, columns }));
  if (marked.key !== shapeKey) return undefined;
  const sources = marked.values.map((value, at) =>
    at === marked.payloadAt ? 'payload' : (markIn(value) ?? { constant: value }),
  );
  // The outline has the whole of these.
  const { preferences, topLevelRange } = request;
  const kept = { ...marked.marked(), preferences, topLevelRange };
  const parsed = { request: ofSender(kept, '', '', []), shapeKey, sources };
  const filled = valuesOf(parsed, outline, payload);
  return own.length === filled.length && own.every((value, at) => value === filled[at]) ? parsed : undefined;
}

/** Field by field: an object that is spread and then changed costs ten times as much, here for every request. */
function ofSender(known: ApiRequest, path: string, query: string, headers: ApiRequest['headers']): ApiRequest {
  return {
    method: known.method,
    path,
    query,
    action: known.action,
    schema: known.schema,
    showsProfile: known.showsProfile,
    queryParams: known.queryParams,
    topLevelRange: known.topLevelRange,
    preferences: known.preferences,
    payload: known.payload,
    columns: known.columns,
    accept: known.accept,
    contentType: known.contentType,
    headers,
  } satisfies Record<keyof ApiRequest, unknown>;
}

/** Alone, or as the only element of a list. */
function markIn(value: SqlValue): number | undefined {
  const [, index] = /^(?:\{")?perch-slot-(\d+)(?:"\})?$/.exec(value?.toString('latin1') ?? '') ?? [];
  return index === undefined ? undefined : Number(index);
}

function valuesOf({ sources }: Parsed, outline: RequestOutline, payload: Payload | undefined): readonly SqlValue[] {
  return sources.map((source) => {
    if (typeof source === 'number') return outline.values[source] ?? null;
    return source === 'payload' ? payloadText(payload) : source.constant;
  });
}

function payloadText(payload: Payload | undefined): SqlValue {
  return payload !== undefined && 'json' in payload ? payload.json : null;
}

/** All that tells two payloads apart for the plan. */
function payloadOutline(payload: Payload | undefined, columns: readonly string[]): string {
  if (payload === undefined) return '';
  const shape = 'json' in payload ? payloadShape(payload) : '';
  return `${payload.kind} ${shape} ${JSON.stringify(columns)}`;
}
