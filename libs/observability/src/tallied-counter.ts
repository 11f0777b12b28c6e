/**
 * A counter for what happens with every request: increments are added up here and told to the registry's counter when
 * somebody looks. An increment with labels costs it a microsecond, an addition hardly anything.
 */
import { Counter, type Registry } from 'prom-client';

/** What came to one series since somebody looked last. */
export interface Tally {
  added: number;
}

export interface TalliedCounter<L extends string> {
  /** The series of these labels, to be kept: looking it up is what costs. It shows from its first increment on. */
  series(labels: Readonly<Record<L, string>>): Tally;
  /** Its series shows no more. */
  forget(tally: Tally): void;
}

export function createTalliedCounter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
): TalliedCounter<L> {
  const all = new Map<Tally, Record<L, string>>();
  const counter = new Counter<L>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      for (const [tally, labels] of all) {
        if (tally.added > 0) this.inc(labels, tally.added);
        tally.added = 0;
      }
    },
  });
  return {
    series(labels) {
      const tally = { added: 0 };
      all.set(tally, labels);
      return tally;
    },
    forget(tally) {
      const labels = all.get(tally);
      all.delete(tally);
      if (labels !== undefined) counter.remove(labels);
    },
  };
}
