// The very statements and values that the data plane sends for a request: the engine's walk with an executor that looks on.
import {
  buildMainQuery,
  loadSchemaCache,
  parseApiRequest,
  planAction,
  runMainQuery,
} from '../libs/engine/dist/index.js';
import { createTenantExecutors } from '../libs/postgres/dist/index.js';
import { apiConfigOf } from '../apps/data-plane/dist/active-tenant.js';
import { postgrestDefaults } from '../libs/contract/dist/index.js';
import { claims } from './world.mjs';

/** One packet per request, in the same order. */
export async function recordPackets(databaseUrl, requests, headers) {
  const executors = createTenantExecutors();
  try {
    const connection = { key: 'bench', version: 1, databaseUrl, poolSize: 1, prepare: true };
    const executor = executors.for(connection);
    const config = apiConfigOf({ ...postgrestDefaults, db_schemas: ['api'] }, '');
    const schema = await loadSchemaCache(executor, config);
    const auth = { role: claims.role, claimsJson: JSON.stringify(claims), anonymous: false };
    const packets = [];
    for (const { method, path, headers: own = {}, body = '' } of requests) {
      const [pathname, query = ''] = path.split('?');
      const sent = { ...headers, ...own };
      const request = parseApiRequest(
        { method, path: pathname, query, headers: Object.entries(sent), body: Buffer.from(body) },
        config,
      );
      const plan = planAction(request, schema, config);
      const built = buildMainQuery({ plan, request, auth, config, schema, schemaVersion: undefined });
      const recorder = {
        submit(packet) {
          packets.push(packet);
          return executor.submit(packet);
        },
      };
      await runMainQuery(built, plan, recorder);
    }
    return packets;
  } finally {
    await executors.close();
  }
}
