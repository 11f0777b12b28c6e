/**
 * The plan and the statements of all requests of one shape: made of the shape's marked request, filled with the values of each.
 */
import type { ActionPlan } from '../plan/action-plan.js';
import type { SqlStatement, SqlValue } from '../sql-executor.js';
import type { KnownStatements, PlanStatements, Surrounding } from './build-main-query.js';
import { markIn } from './request-shape.js';

/** Roles times the few other things that surroundings rest on. */
const maxSurroundings = 16;

export class KnownShape {
  readonly characters: number;
  readonly #main: Slotted;
  readonly #plannedCount: Slotted | undefined;
  readonly #surroundings = new Map<string, Surrounding>();
  readonly #surrounding: KnownStatements['surrounding'];

  constructor(
    readonly key: string,
    /** Of the marked request: it holds nobody's values. */
    readonly plan: ActionPlan,
    private readonly shared: PlanStatements,
  ) {
    this.#main = slotted(shared.main);
    this.#plannedCount = shared.plannedCount && slotted(shared.plannedCount.statement);
    this.characters = shared.main.text.length + (shared.plannedCount?.statement.text.length ?? 0);
    this.#surrounding = (of, make) => {
      const known = this.#surroundings.get(of);
      if (known !== undefined) return known;
      const made = make();
      if (this.#surroundings.size >= maxSurroundings) this.#surroundings.clear();
      this.#surroundings.set(of, made);
      return made;
    };
  }

  fill(values: readonly SqlValue[]): { readonly plan: ActionPlan; readonly known: KnownStatements } {
    const { plannedCount } = this.shared;
    return {
      plan: this.plan,
      known: {
        main: filled(this.#main, values),
        plannedCount:
          plannedCount === undefined || this.#plannedCount === undefined
            ? undefined
            : { statement: filled(this.#plannedCount, values), above: plannedCount.above },
        surrounding: this.#surrounding,
      },
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
