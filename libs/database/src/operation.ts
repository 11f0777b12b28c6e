/** One asynchronous step of the control plane as a value, and the documents its row carries. */
import { z } from 'zod';
import { contentChangeSchema } from './content-change.js';
import type { OperationModel } from './generated/models.js';

/** One thing an operation did or does, for people to read and for a worker to resume from. */
export const operationStepSchema = z.object({
  name: z.string().min(1),
  status: z.enum(['running', 'finished', 'failed', 'skipped']),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  /** Why it failed, as the database or the system said it. */
  error: z.string().nullable(),
  /** The SQL statement that failed, passwords left out. */
  statement: z.string().nullable(),
});
export type OperationStep = z.infer<typeof operationStepSchema>;

/** What an operation needs that no row holds any more. */
export const operationInputSchema = z.strictObject({
  /** remove_data_api: the login role to take away and the database it was made for. */
  login_role: z.string().optional(),
  database_name: z.string().optional(),
  /** rotate_login: the login role that takes the place of `login_role`. */
  new_login_role: z.string().optional(),
  /** apply_config: what to change; without it the compute is brought up to date with all rows. */
  change: contentChangeSchema.optional(),
  /** create_branch, reset_branch: whose data are copied; that branch counts as busy meanwhile. */
  source_branch_id: z.string().optional(),
  /** suspend_compute: only when nobody has used the compute for so many seconds. */
  idle_seconds: z.number().positive().optional(),
});
export type OperationInput = z.infer<typeof operationInputSchema>;

export interface Operation extends Omit<OperationModel, 'steps' | 'input' | 'sequence'> {
  readonly steps: readonly OperationStep[];
  readonly input: OperationInput;
  readonly sequence: number;
}

/** The states from which an operation still moves. */
export const unfinishedStatuses = ['scheduling', 'running', 'cancelling'] as const;

export function isFinished(status: Operation['status']): boolean {
  return !unfinishedStatuses.some((unfinished) => unfinished === status);
}
