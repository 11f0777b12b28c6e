/** Opens the adapter that fits a compute's kind. */
import { createAttachedCompute } from './attached/attached-compute.js';
import type { ComputeAdapter } from './compute-adapter.js';
import type { Compute } from './compute.js';
import { createLocalCompute } from './local/local-compute.js';

export interface ComputesOptions {
  /** Directory of all state (PERCH_HOME); local computes live in its `endpoints`. */
  readonly home: string;
}

export interface Computes {
  /** Costs nothing: nothing is opened before a method of the adapter is called. */
  open(compute: Compute): ComputeAdapter;
}

export function createComputes(options: ComputesOptions): Computes {
  return {
    open(compute) {
      switch (compute.kind) {
        case 'local':
          return createLocalCompute(compute, options);
        case 'attached':
          return createAttachedCompute(compute);
        default:
          return compute satisfies never;
      }
    },
  };
}
