/**
 * Remembers what was made of requests of one shape: raw requests in; the parsed request, its plan and the statements that rest
 * on it out, as `parseApiRequest`, `planAction` and `planStatements` would make them.
 *
 * A shape is planned once more with marks in the place of its values; where a mark comes out among the parameters, later
 * requests put their own value. A shape whose marked statements do not give back those of the request itself is not kept.
 */
import type { ApiConfig } from '../api-config.js';
import { parseApiRequest, type ApiRequest } from '../api-request/api-request.js';
import { noPayload, payloadSlices, type ParsedPayload } from '../api-request/payload.js';
import type { EngineRequest } from '../engine-request.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { planAction } from '../plan/plan-action.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import { inTurns } from '../slices.js';
import type { SqlStatement } from '../sql-executor.js';
import { planStatements, type KnownStatements, type PlanStatements } from './build-main-query.js';
import { Generations, type GenerationLimits } from './generations.js';
import { KnownShape } from './known-shape.js';
import { ParseMemo, type Recalled } from './parse-memo.js';
import { outlineOf, type RequestOutline } from './request-outline.js';
import { shapeOf, type RequestShape } from './request-shape.js';

export interface ParsedRequest {
  readonly sent: EngineRequest;
  readonly outline: RequestOutline | undefined;
  /** Its payload, where that was read before. */
  readonly scanned: ParsedPayload | undefined;
  readonly result:
    { readonly kind: 'parsed'; readonly request: ApiRequest } | (Recalled & { readonly kind: 'recalled' });
}

export interface PlannedRequest {
  /** Of a known shape: with marks in the place of its values, which are in the statements. */
  readonly request: ApiRequest;
  readonly plan: ActionPlan;
  /** For `buildMainQuery`; undefined where it is to make them. */
  readonly known: KnownStatements | undefined;
}

const defaultLimits: GenerationLimits = { entries: 256, characters: 512 * 1024 };

type Entry = KnownShape | 'seen-once' | 'unfit';

/** For one tenant and configuration: nobody else's requests share it or push anything out of it. */
export class PlanCache {
  readonly #parsed: ParseMemo;
  /** A schema that moved is another object: its plans go when it goes. */
  readonly #plans = new WeakMap<SchemaCache, Generations<Entry>>();

  constructor(
    private readonly config: ApiConfig,
    private readonly limits = defaultLimits,
  ) {
    this.#parsed = new ParseMemo(config, limits);
  }

  /**
   * @param scanned its payload, where that has been read already
   * @throws EngineError as `parseApiRequest` does
   */
  parse(sent: EngineRequest, scanned?: ParsedPayload): ParsedRequest {
    const outline = outlineOf(sent);
    const recalled = outline && this.#parsed.recall(sent, outline, scanned);
    if (recalled?.kind === 'recalled') return { sent, outline, scanned, result: recalled };
    const request = parseApiRequest(sent, this.config, scanned ?? recalled?.scanned);
    return { sent, outline, scanned, result: { kind: 'parsed', request } };
  }

  /**
   * The same for a request with a long body, which is read in slices: others have their turn in between.
   *
   * @throws EngineError as `parseApiRequest` does
   */
  async parseLong(sent: EngineRequest): Promise<ParsedRequest> {
    const { action, contentType, queryParams } = parseApiRequest(sent, this.config, noPayload);
    const input = { action, contentType, columns: queryParams.columns, body: sent.body };
    return this.parse(sent, await inTurns(payloadSlices(input)));
  }

  /** @throws EngineError as `planAction` does; what throws is not kept */
  plan({ sent, outline, scanned, result }: ParsedRequest, schema: SchemaCache): PlannedRequest {
    const shapes = this.#shapesOf(schema);
    if (result.kind === 'recalled') {
      const known = shapes.get(result.shape.key);
      if (typeof known === 'object') return { request: result.request, ...known.fill(result.shape.values) };
    }
    const request = result.kind === 'parsed' ? result.request : parseApiRequest(sent, this.config, scanned);
    const { kind } = request.action;
    if (kind === 'info' || kind === 'inspect') return planned(request, schema, this.config);
    const shape = shapeOf(request);
    const known = shapes.get(shape.key);
    if (typeof known === 'object') {
      if (outline !== undefined) this.#parsed.remember(sent, outline, request, known.key);
      return { request, ...known.fill(shape.values) };
    }
    const fresh = planned(request, schema, this.config);
    // Most shapes that come once never come again: the second time tells.
    if (known === undefined) shapes.set(shape.key, 'seen-once', shape.key.length);
    else if (known === 'seen-once') {
      const kept = keep(shape, fresh, schema, this.config) ?? 'unfit';
      shapes.set(shape.key, kept, 4 * shape.key.length + (typeof kept === 'object' ? kept.characters : 0));
    }
    return fresh;
  }

  #shapesOf(schema: SchemaCache): Generations<Entry> {
    let shapes = this.#plans.get(schema);
    if (shapes === undefined) this.#plans.set(schema, (shapes = new Generations(this.limits)));
    return shapes;
  }
}

function planned(request: ApiRequest, schema: SchemaCache, config: ApiConfig): PlannedRequest {
  return { request, plan: planAction(request, schema, config), known: undefined };
}

/** undefined: not to be kept. */
function keep(
  { key, forged, values, marked }: RequestShape,
  { request, plan }: PlannedRequest,
  schema: SchemaCache,
  config: ApiConfig,
): KnownShape | undefined {
  const statements = statementsOf(request, plan, config);
  if (statements === undefined || statements.main.prepare === false || forged()) return undefined;
  const markedRequest = marked();
  const markedPlan = planAction(markedRequest, schema, config);
  const shared = statementsOf(markedRequest, markedPlan, config);
  if (shared === undefined) return undefined;
  const kept = new KnownShape(key, markedPlan, shared);
  return sameStatements(kept.fill(values).known, statements) ? kept : undefined;
}

function statementsOf(request: ApiRequest, plan: ActionPlan, config: ApiConfig): PlanStatements | undefined {
  return plan.kind === 'info' ? undefined : planStatements({ plan, request, config });
}

function sameStatements(left: PlanStatements, right: PlanStatements): boolean {
  if (!sameStatement(left.main, right.main) || left.plannedCount?.above !== right.plannedCount?.above) return false;
  const [mine, other] = [left.plannedCount?.statement, right.plannedCount?.statement];
  return mine === undefined || other === undefined ? mine === other : sameStatement(mine, other);
}

function sameStatement(left: SqlStatement, right: SqlStatement): boolean {
  if (left.text !== right.text || left.values.length !== right.values.length) return false;
  return left.values.every((value, at) => value === right.values[at]);
}
