/** Operations on a branch's compute: made, started, suspended, brought up to date with the rows, taken away. */
import type { Compute, ComputeAdapter } from '@perch/compute';
import type { Endpoint } from '@perch/database';
import { deprovisionGroup, groupRoleName } from '@perch/provisioning';
import { changeContents, giveUpChange } from './contents/change-contents.js';
import { readActivity } from './compute-activity.js';
import { classifyFailure, OperationRefused } from './failure.js';
import { contentsOf, findCompute } from './find-compute.js';
import { withConnections } from './open-connections.js';
import type { HandlerContext, OperationHandler } from './operation-handler.js';

export const createCompute: OperationHandler = {
  cancelsFollowers: true,
  async run(context) {
    const { operation, database, steps } = context;
    const { adapter, endpoint, branchId } = await needCompute(context);
    const contents = await contentsOf(database, branchId);
    await steps.run('create-compute', () => adapter.create(contents));
    await steps.run('record-state', async () => {
      await database.endpoints.setState(endpoint.id, 'active');
      if (operation.action === 'create_timeline') await database.branchLifecycles.setState(branchId, 'ready');
    });
  },
};

export const startCompute: OperationHandler = {
  async run(context) {
    const { adapter, endpoint } = await needCompute(context);
    await context.steps.run('start-compute', () => adapter.start());
    await context.steps.run('record-state', () => context.database.endpoints.setState(endpoint.id, 'active'));
  },
  giveUp: clearPending,
};

export const suspendCompute: OperationHandler = {
  async run(context) {
    const { adapter, endpoint } = await needCompute(context);
    if (await isUsedAgain(context, adapter)) {
      await context.database.endpoints.clearPending(endpoint.id);
      return;
    }
    await context.steps.run('suspend-compute', () => adapter.suspend());
    await context.steps.run('record-state', () => context.database.endpoints.setState(endpoint.id, 'idle'));
  },
  giveUp: clearPending,
};

/** It was idle when this was asked for, and may not be any more. */
async function isUsedAgain({ operation, steps }: HandlerContext, adapter: ComputeAdapter): Promise<boolean> {
  const { idle_seconds: idleSeconds } = operation.input;
  if (idleSeconds === undefined || (await adapter.status()).kind !== 'active') return false;
  await steps.begin('check-idle');
  const activity = await readActivity(adapter);
  const isUsed = activity !== undefined && (activity.inUse || (activity.quietSeconds ?? Infinity) < idleSeconds);
  if (isUsed) steps.end('skipped', 'Somebody uses it again');
  else steps.end('finished');
  return isUsed;
}

async function clearPending({ operation, database }: HandlerContext): Promise<void> {
  if (operation.endpointId !== null) await database.endpoints.clearPending(operation.endpointId);
}

export const applyConfig: OperationHandler = {
  async run(context) {
    const { change } = context.operation.input;
    if (change !== undefined) return changeContents(context, change);
    const { adapter, branchId } = await needCompute(context);
    const contents = await contentsOf(context.database, branchId);
    await context.steps.run('start-compute', () => adapter.start());
    await context.steps.run('apply-contents', () => adapter.apply(contents));
  },
  async giveUp(context) {
    const { change } = context.operation.input;
    if (change !== undefined) await giveUpChange(context, change);
  },
};

export const checkAvailability: OperationHandler = {
  async run(context) {
    const { adapter } = await needCompute(context);
    await context.steps.run('check-availability', async () => {
      const status = await adapter.status();
      if (status.kind === 'unreachable') throw new OperationRefused(status.reason);
    });
  },
};

export const deleteTimeline: OperationHandler = {
  async run({ operation, database, computes, steps }) {
    if (operation.branchId === null) return;
    const { branchId } = operation;
    const found = await findCompute(database, branchId, operation.endpointId);
    if (found !== undefined) {
      const adapter = computes.open(found.compute);
      await removeLoginRoles(found.compute, adapter, { steps, database, operation });
      await steps.run('destroy-compute', () => adapter.destroy());
    }
    // Also when the rows are gone already: an attempt before may have been killed before it could tell.
    await steps.run('forget-branch', () => database.branchLifecycles.forgetDeleted(branchId));
  },
};

/** A Postgres that stays must not keep our logins; one that is gone for good must not keep us. */
async function removeLoginRoles(
  compute: Compute,
  adapter: ComputeAdapter,
  { steps, database, operation }: Pick<HandlerContext, 'steps' | 'database' | 'operation'>,
): Promise<void> {
  if (compute.kind === 'local' || operation.branchId === null) return;
  await steps.begin('drop-login-roles');
  const group = groupRoleName(compute.kind, compute.endpointId);
  try {
    for (const { name } of await database.databases.listOfBranch(operation.branchId)) {
      await withConnections(adapter, name, steps, (connections) => deprovisionGroup(group, connections));
    }
    steps.end('finished');
  } catch (error) {
    steps.end('skipped', classifyFailure(error).message);
  }
}

async function needCompute({ operation, database, computes }: HandlerContext): Promise<{
  readonly adapter: ComputeAdapter;
  readonly endpoint: Endpoint;
  readonly branchId: string;
}> {
  const { branchId } = operation;
  const found = branchId === null ? undefined : await findCompute(database, branchId, operation.endpointId);
  if (found === undefined || branchId === null) throw new OperationRefused('The branch or its endpoint is gone');
  return { adapter: computes.open(found.compute), endpoint: found.endpoint, branchId };
}
