/** What the contract can ask for and Perch does not have: refused by name, never read over. */
import { assertEndpointSettingsOffered } from '../endpoints/not-offered.js';
import { failure } from '../error/control-plane-error.js';
import type { CreateBranch, RestoreBranch } from './branches.dto.js';

const NO_HISTORY = 'Perch keeps no history of a branch; leave it out to copy the parent as it is now';

/** @throws branch.option-unavailable, endpoint.option-unavailable */
export function assertCreateOffered({ branch, endpoints }: CreateBranch): void {
  for (const { settings } of endpoints) assertEndpointSettingsOffered(settings, 'endpoints.settings');
  if (branch.parent_lsn !== undefined) throw failure('branch.option-unavailable', 'parent_lsn', NO_HISTORY);
  if (branch.parent_timestamp !== undefined) throw failure('branch.option-unavailable', 'parent_timestamp', NO_HISTORY);
  if (branch.init_source === 'schema-only') {
    throw failure('branch.option-unavailable', 'init_source', "branches start with their parent's data");
  }
  if (branch.archived === true) throw failure('branch.option-unavailable', 'archived', 'branches are not archived');
}

/** @throws branch.option-unavailable */
export function assertRestoreOffered(input: RestoreBranch, branchId: string): void {
  if (input.source_lsn !== undefined) throw failure('branch.option-unavailable', 'source_lsn', NO_HISTORY);
  if (input.source_timestamp !== undefined) throw failure('branch.option-unavailable', 'source_timestamp', NO_HISTORY);
  if (input.preserve_under_name !== undefined) {
    throw failure('branch.option-unavailable', 'preserve_under_name', 'make a branch of this one first to keep it');
  }
  if (input.source_branch_id === branchId) {
    throw failure('branch.option-unavailable', 'source_branch_id', 'a branch cannot be restored from itself');
  }
}
