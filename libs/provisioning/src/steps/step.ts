/** The shape of a provisioning step. */
import type { CatalogFacts } from '../catalog-facts.js';
import type { ProvisioningFindings, ProvisioningSpec } from '../provisioning-spec.js';
import type { Session } from '../session.js';

export interface StepContext {
  readonly spec: ProvisioningSpec;
  /** As they were before the first step. */
  readonly facts: CatalogFacts;
  readonly owner: Session;
  readonly superuser: Session | undefined;
}

export interface StepOutcome {
  readonly status: 'finished' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  readonly findings?: Partial<ProvisioningFindings>;
}

export interface ProvisioningStep {
  readonly name: string;
  /** Idempotent. @throws ProvisioningError */
  run(context: StepContext): Promise<StepOutcome>;
}

export const finished: StepOutcome = Object.freeze({ status: 'finished' });
