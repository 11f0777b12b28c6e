/** Operations that copy one branch's data into another: a new branch, and one that is reset. */
import type { Compute, ComputeAdapter } from '@perch/compute';
import type { Database, Endpoint } from '@perch/database';
import { deprovision, deprovisionGroup, groupRoleName } from '@perch/provisioning';
import { classifyFailure, OperationRefused } from './failure.js';
import { contentsOf, findCompute } from './find-compute.js';
import { withConnections } from './open-connections.js';
import type { HandlerContext, OperationHandler } from './operation-handler.js';

export const createBranch: OperationHandler = {
  cancelsFollowers: true,
  async run(context) {
    const { database, steps } = context;
    const { source, target } = await needBoth(context);
    await startSource(context, source);
    const contents = await contentsOf(database, target.branchId);
    await steps.run('copy-data', () => target.adapter.createFrom(source.compute, contents));
    await dropInheritedLogins(context, source.branchId, target);
    await steps.run('record-state', async () => {
      await database.endpoints.setState(target.endpoint.id, 'active');
      await database.branchLifecycles.setState(target.branchId, 'ready');
    });
  },
  /** Nothing is left of a branch that could not be made but this operation, which says why. */
  async giveUp({ operation, database, computes }) {
    const found = operation.branchId === null ? undefined : await findBoth(database, operation.branchId, operation);
    if (found === undefined) return;
    await computes.open(found.target.compute).destroy();
    await database.branchLifecycles.abandon(found.target.branchId);
  },
};

export const resetBranch: OperationHandler = {
  cancelsFollowers: true,
  async run(context) {
    const { database, steps } = context;
    const { source, target } = await needBoth(context);
    await startSource(context, source);
    const contents = await contentsOf(database, source.branchId);
    await steps.run('copy-data', () => target.adapter.resetFrom(source.compute, contents));
    await dropInheritedLogins(context, source.branchId, target);
    await steps.run('record-state', async () => {
      await database.endpoints.setState(target.endpoint.id, 'active');
      await database.branchLifecycles.finishReset(target.branchId, source.branchId);
    });
  },
  /** The data are what they were, or whole copies already. */
  async giveUp({ operation, database }) {
    if (operation.branchId !== null) await database.branchLifecycles.setState(operation.branchId, 'ready');
  },
};

interface Place {
  readonly branchId: string;
  readonly endpoint: Endpoint;
  readonly compute: Compute;
}

async function findBoth(
  database: Database,
  branchId: string,
  { endpointId, input }: Pick<HandlerContext['operation'], 'endpointId' | 'input'>,
): Promise<{ readonly source: Place; readonly target: Place } | undefined> {
  const sourceId = input.source_branch_id;
  if (sourceId === undefined) return undefined;
  const source = await findCompute(database, sourceId, null);
  const target = await findCompute(database, branchId, endpointId);
  if (source === undefined || target === undefined) return undefined;
  // Both are the same roles; what an older owner of the target was called must not come back with it.
  const compute: Compute =
    target.compute.kind === 'local' && source.compute.kind === 'local'
      ? { ...target.compute, owner: source.compute.owner }
      : target.compute;
  return { source: { branchId: sourceId, ...source }, target: { branchId, ...target, compute } };
}

async function needBoth({ operation, database, computes }: HandlerContext): Promise<{
  readonly source: Place;
  readonly target: Place & { readonly adapter: ComputeAdapter };
}> {
  const { branchId } = operation;
  const found = branchId === null ? undefined : await findBoth(database, branchId, operation);
  if (found === undefined) throw new OperationRefused('The branch, or the one it is a copy of, is gone');
  return { source: found.source, target: { ...found.target, adapter: computes.open(found.target.compute) } };
}

/** By its row, so that whoever uses it meanwhile is not cut off when the copy is made: it sleeps again when it is idle. */
async function startSource({ steps, computes, database }: HandlerContext, { endpoint, compute }: Place): Promise<void> {
  await steps.run('start-source', async () => {
    if (endpoint.currentState !== 'active') await database.endpoints.setState(endpoint.id, 'active');
    await computes.open(compute).start();
  });
}

/** The source's data APIs have logins that must not open the copy too. */
async function dropInheritedLogins(
  { steps, database }: HandlerContext,
  sourceId: string,
  { adapter, compute }: { readonly adapter: ComputeAdapter; readonly compute: Compute },
): Promise<void> {
  await steps.begin('drop-inherited-logins');
  try {
    for (const { loginRole, databaseName } of await database.dataApis.listOfBranch(sourceId)) {
      await withConnections(adapter, databaseName, steps, (connections) => deprovision(loginRole, connections));
    }
    const group = groupRoleName(compute.kind, compute.endpointId);
    const [first] = await database.databases.listOfBranch(sourceId);
    if (first !== undefined) await withConnections(adapter, first.name, steps, (open) => deprovisionGroup(group, open));
    steps.end('finished');
  } catch (error) {
    await steps.fail(classifyFailure(error).message);
    throw error;
  }
}
