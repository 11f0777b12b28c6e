/** Takes the login role of a removed data API away. A compute that slept is woken for it and sleeps again afterwards. */
import { deprovision } from '@perch/provisioning';
import { findCompute } from './find-compute.js';
import { withConnections } from './open-connections.js';
import type { OperationHandler } from './operation-handler.js';

export const removeDataApi: OperationHandler = {
  async run({ operation, database, computes, steps }) {
    const { login_role: loginRole, database_name: databaseName } = operation.input;
    if (operation.branchId === null || loginRole === undefined || databaseName === undefined) return;
    const found = await findCompute(database, operation.branchId, operation.endpointId, databaseName);
    if (found === undefined) return;
    const adapter = computes.open(found.compute);
    const before = await adapter.status();
    if (before.kind === 'missing') return;
    await steps.run('start-compute', () => adapter.start());
    await steps.begin('drop-login-role');
    const { kept } = await withConnections(adapter, databaseName, steps, (connections) =>
      deprovision(loginRole, connections),
    );
    if (kept === undefined) steps.end('finished');
    else steps.end('skipped', kept);
    if (before.kind === 'idle') await steps.run('suspend-compute', () => adapter.suspend());
  },
};
