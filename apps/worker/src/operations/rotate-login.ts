/**
 * Has the fleet log in to a data API's database as a new role: made first, then published, and only when every proxy had
 * time to take the snapshot the former role goes. Killed anywhere in between, one of the two logins is in force and works.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogin, deprovision } from '@perch/provisioning';
import { findCompute } from './find-compute.js';
import { withConnections } from './open-connections.js';
import type { HandlerContext, OperationHandler } from './operation-handler.js';
import { findDataApi, tell, toSpec } from './provision-data-api.js';
import { OperationRefused } from './failure.js';

const PASSWORD_BYTES = 32;

export const rotateLogin: OperationHandler = {
  async run(context) {
    const { database, steps, loginGraceMs } = context;
    const found = await find(context);
    if (found === undefined) return;
    const { dataApi, adapter, endpoint, kind, former, next } = found;
    await steps.run('start-compute', async () => {
      await adapter.start();
      if (endpoint.currentState !== 'active') await database.endpoints.setState(endpoint.id, 'active');
    });
    // Nobody has seen the password of an attempt that was killed before it published: every attempt makes its own.
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const isPublished = dataApi.loginRole === next;
    if (!isPublished) {
      const spec = toSpec({ ...dataApi, loginRole: next }, password, kind);
      await withConnections(adapter, dataApi.databaseName, steps, (connections) =>
        createLogin(spec, connections, (report) => tell(steps, report)),
      );
    }
    await steps.run('publish-snapshot', async () => {
      if (!isPublished) await database.dataApiLogins.replace(dataApi, { role: next, password });
    });
    await steps.run('wait-for-fleet', () => sleep(loginGraceMs));
    await steps.begin('drop-login-role');
    const { kept } = await withConnections(adapter, dataApi.databaseName, steps, (connections) =>
      deprovision(former, connections),
    );
    if (kept === undefined) steps.end('finished');
    else steps.end('skipped', kept);
  },
  /** A login that was made and never published is of no use; one that cannot be taken away now holds no known password. */
  async giveUp(context) {
    const found = await find(context).catch(() => undefined);
    if (found === undefined || found.dataApi.loginRole === found.next) return;
    const { adapter, dataApi, next } = found;
    await withConnections(adapter, dataApi.databaseName, context.steps, (connections) =>
      deprovision(next, connections),
    ).catch(() => undefined);
  },
};

/** undefined when the data API is gone. */
async function find(context: HandlerContext) {
  const { operation, database, computes } = context;
  const { login_role: former, new_login_role: next } = operation.input;
  const dataApi = await findDataApi(context);
  if (dataApi === undefined || former === undefined || next === undefined) return undefined;
  const found = await findCompute(database, dataApi.branchId, dataApi.endpointId, dataApi.databaseName);
  if (found === undefined) throw new OperationRefused(`The branch '${operation.branchId}' has no Postgres`);
  const { compute, endpoint } = found;
  return { dataApi, endpoint, kind: compute.kind, adapter: computes.open(compute), former, next };
}
