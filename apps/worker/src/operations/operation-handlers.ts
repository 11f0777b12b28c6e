/** Which handler runs which kind of operation. */
import type { Operation } from '@perch/database';
import {
  applyConfig,
  checkAvailability,
  createCompute,
  deleteTimeline,
  startCompute,
  suspendCompute,
} from './compute-operations.js';
import { createBranch, resetBranch } from './branch-operations.js';
import type { OperationHandler } from './operation-handler.js';
import { provisionDataApi } from './provision-data-api.js';
import { removeDataApi } from './remove-data-api.js';
import { rotateLogin } from './rotate-login.js';

export const operationHandlers: Readonly<Record<Operation['action'], OperationHandler>> = Object.freeze({
  create_timeline: createCompute,
  create_compute: createCompute,
  create_branch: createBranch,
  reset_branch: resetBranch,
  start_compute: startCompute,
  suspend_compute: suspendCompute,
  apply_config: applyConfig,
  check_availability: checkAvailability,
  delete_timeline: deleteTimeline,
  provision_data_api: provisionDataApi,
  remove_data_api: removeDataApi,
  rotate_login: rotateLogin,
});
