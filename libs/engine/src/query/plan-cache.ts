/**
 * Remembers what was planned for requests of one shape: an ApiRequest in, the plan and the statements that rest on it out,
 * as `planAction` and `planStatements` would make them.
 *
 * A shape is planned once more with marks in the place of its values; where a mark comes out among the parameters, later
 * requests put their own value. A shape whose marked statements do not give back those of the request itself is not kept.
 */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import type { ActionPlan } from '../plan/action-plan.js';
import { planAction } from '../plan/plan-action.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { SqlStatement, SqlValue } from '../sql-executor.js';
import { planStatements, type PlanStatements } from './build-main-query.js';
import { markIn, shapeOf, type RequestShape } from './request-shape.js';

export interface PlannedRequest {
  readonly plan: ActionPlan;
  /** For `buildMainQuery`; undefined where it is to make them. */
  readonly statements: PlanStatements | undefined;
}

/** Of each of two generations. */
const defaultLimits = { shapes: 256, characters: 512 * 1024 };

/** For one tenant: nobody else's requests share it or push anything out of it. */
export class PlanCache {
  /** A schema that moved and a configuration that changed are other objects: their plans go when they go. */
  readonly #known = new WeakMap<SchemaCache, WeakMap<ApiConfig, Generations>>();

  constructor(private readonly limits = defaultLimits) {}

  /** @throws EngineError as `planAction` does; what throws is not kept */
  plan(request: ApiRequest, schema: SchemaCache, config: ApiConfig): PlannedRequest {
    const { kind } = request.action;
    if (kind === 'info' || kind === 'inspect') return planned(request, schema, config);
    const shape = shapeOf(request);
    const shapes = this.shapesOf(schema, config);
    const known = shapes.get(shape.key);
    if (typeof known === 'object') return { plan: known.plan, statements: known.fill(shape.values) };
    const fresh = planned(request, schema, config);
    // Most shapes that come once never come again: the second time tells.
    if (known === undefined) shapes.set(shape.key, 'seen-once', shape.key.length);
    else if (known === 'seen-once') {
      const kept = keep(shape, fresh, schema, config) ?? 'unfit';
      shapes.set(shape.key, kept, 4 * shape.key.length + (typeof kept === 'object' ? kept.characters : 0));
    }
    return fresh;
  }

  private shapesOf(schema: SchemaCache, config: ApiConfig): Generations {
    let byConfig = this.#known.get(schema);
    if (byConfig === undefined) this.#known.set(schema, (byConfig = new WeakMap()));
    let shapes = byConfig.get(config);
    if (shapes === undefined) byConfig.set(config, (shapes = new Generations(this.limits)));
    return shapes;
  }
}

function planned(request: ApiRequest, schema: SchemaCache, config: ApiConfig): PlannedRequest {
  const plan = planAction(request, schema, config);
  return { plan, statements: plan.kind === 'info' ? undefined : planStatements({ plan, request, config }) };
}

/** undefined: not to be kept. */
function keep(
  { forged, values, marked }: RequestShape,
  { statements }: PlannedRequest,
  schema: SchemaCache,
  config: ApiConfig,
): KnownShape | undefined {
  if (statements?.main.prepare === false || forged()) return undefined;
  const { plan, statements: shared } = planned(marked(), schema, config);
  if (statements === undefined || shared === undefined) return undefined;
  const kept = new KnownShape(plan, shared);
  return sameStatements(kept.fill(values), statements) ? kept : undefined;
}

class KnownShape {
  readonly characters: number;
  readonly #main: Slotted;
  readonly #plannedCount: Slotted | undefined;

  constructor(
    /** Of the marked request: it holds nobody's values. */
    readonly plan: ActionPlan,
    private readonly shared: PlanStatements,
  ) {
    this.#main = slotted(shared.main);
    this.#plannedCount = shared.plannedCount && slotted(shared.plannedCount.statement);
    this.characters = shared.main.text.length + (shared.plannedCount?.statement.text.length ?? 0);
  }

  fill(values: readonly SqlValue[]): PlanStatements {
    const { plannedCount } = this.shared;
    return {
      main: filled(this.#main, values),
      plannedCount:
        plannedCount === undefined || this.#plannedCount === undefined
          ? undefined
          : { statement: filled(this.#plannedCount, values), above: plannedCount.above },
    };
  }
}

interface Slotted {
  readonly text: string;
  /** For each parameter the index of the value that it is, or the same value for all requests of the shape. */
  readonly parameters: readonly (number | { readonly constant: SqlValue })[];
}

function slotted({ text, values }: SqlStatement): Slotted {
  return { text, parameters: values.map((value) => markIn(value) ?? { constant: value }) };
}

function filled({ text, parameters }: Slotted, values: readonly SqlValue[]): SqlStatement {
  const own = parameters.map((at) => (typeof at === 'number' ? (values[at] ?? null) : at.constant));
  return { text, values: own };
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

type Entry = KnownShape | 'seen-once' | 'unfit';

/** What was used of late: when the younger generation is full it becomes the older one, which goes. */
class Generations {
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  #characters = 0;

  constructor(private readonly limits: typeof defaultLimits) {}

  get(key: string): Entry | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older, 4 * key.length + (typeof older === 'object' ? older.characters : 0));
    return older;
  }

  set(key: string, entry: Entry, characters: number): void {
    if (characters > this.limits.characters / 8) return;
    if (this.#young.size >= this.limits.shapes || this.#characters + characters > this.limits.characters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#characters += characters;
    this.#young.set(key, entry);
  }
}
