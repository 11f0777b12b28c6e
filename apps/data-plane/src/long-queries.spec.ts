/** Threat: a URL of thousands of conditions that keeps everybody else of the process waiting while its SQL is made. */
import { createSchemaCache, SqlError, type SchemaSnapshot } from '@perch/engine';
import type { IncomingMessage } from 'node:http';
import { emptySchema } from '../../../tools/testing/empty-schema.js';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { ActiveTenants } from './active-tenant.js';
import { noDatabaseConfig } from './database-config.js';
import { Exchange } from './exchange.js';
import { handleRequest, type Deps } from './handle-request.js';

const column = {
  description: undefined,
  nullable: true,
  nominalType: 'integer',
  baseType: 'integer',
  maxLength: undefined,
  defaultExpression: undefined,
  generated: false,
  enumValues: [],
};
const content: SchemaSnapshot['content'] = {
  ...emptySchema,
  schemas: [{ name: 'public', description: undefined }],
  tables: [
    {
      schema: 'public',
      name: 't',
      kind: 'table',
      description: undefined,
      insertable: true,
      updatable: true,
      deletable: true,
      primaryKey: [],
      columns: [{ ...column, name: 'a' }],
    },
  ],
};
const schema = {
  cache: createSchemaCache({ contentHash: '', content }),
  version: undefined,
  snapshotVersion: 1,
  config: noDatabaseConfig,
};

/** How often the event loop turned before the statement was sent. */
async function turnsUntilSent(query: string): Promise<number> {
  const snapshot = tenantSnapshot();
  let turns = 0;
  let sentAfter = -1;
  const turn = () => {
    turns += 1;
    if (sentAfter < 0) setImmediate(turn);
  };
  const unchecked = () => undefined;
  // Whatever a request passes besides the engine answers at once.
  const deps = {
    tenants: { resolve: (_host: string, path: string) => ({ snapshot, prefix: '', path }) },
    activeTenants: new ActiveTenants(),
    rateLimits: { take: unchecked },
    requestSlots: { enter: unchecked },
    heldBytes: { admit: unchecked, limits: { perTenant: 1 } },
    authenticator: { authenticate: () => ({ role: 'anonymous', claimsJson: '{}', anonymous: true }) },
    schemaCaches: { get: () => schema },
    executors: {
      for: () => ({
        async submit() {
          sentAfter = turns;
          throw new SqlError({ severity: 'ERROR', code: 'XX000', message: 'enough' }, 0);
        },
      }),
    },
  } as unknown as Deps;
  const message = { url: `/t?${query}`, headers: {}, rawHeaders: [] } as unknown as IncomingMessage;
  setImmediate(turn);
  const now = () => performance.now();
  await handleRequest(message, new Exchange('id', 'GET', now), deps).catch(() => undefined);
  return sentAfter;
}

test('a long query lets others have their turn between its steps', async () => {
  expect(await turnsUntilSent('a=eq.1&'.repeat(2_000))).toBeGreaterThanOrEqual(3);
});

test('a usual one does not wait', async () => {
  expect(await turnsUntilSent('a=eq.1')).toBe(0);
});
