/** What the schema caches ask of a real database: one trip for the schema and its state, also where the state is not to be had. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { SqlPacket } from '@perch/engine';
import { createTenantExecutors, type TenantExecutors } from '@perch/postgres';
import { schemaVersionStatements } from '../../../libs/provisioning/src/schema-version.sql.js';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { tenantSnapshot } from '../../../tools/testing/tenant-snapshot.js';
import { ActiveTenants, type ActiveTenant } from './active-tenant.js';
import { schemaDatabase } from './schema-database.js';

const login = `login_${randomBytes(4).toString('hex')}`;

describe('schema and state of a database', () => {
  let database: TestDatabase;
  let executors: TenantExecutors;
  let tenant: ActiveTenant;
  const packets: SqlPacket[] = [];
  /** The executors, and a look at what goes through them. */
  const watched = (): TenantExecutors => ({
    ...executors,
    for(connection) {
      const executor = executors.for(connection);
      return {
        submit(packet, signal) {
          packets.push(packet);
          return executor.submit(packet, signal);
        },
      };
    },
  });
  const names = ({ content }: { content: { tables: readonly { name: string }[] } }) =>
    content.tables.map(({ name }) => name);

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(`create role ${login} login password 'p'; create table public.things (id int primary key)`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'p';
    tenant = new ActiveTenants().of(tenantSnapshot({ database_url: url.href }), '');
    executors = createTenantExecutors({});
  });
  beforeEach(() => {
    packets.length = 0;
  });
  afterAll(async () => {
    await executors.close();
    await database.drop();
    const cleaner = await createTestDatabase();
    await cleaner.query(`drop role ${login}`);
    await cleaner.drop();
  });

  it('come in one packet, the state of before the schema', async () => {
    const asked = schemaDatabase(watched());
    const { snapshot, state } = await asked.readSchemaWithState(tenant);
    expect(packets).toHaveLength(1);
    expect(names(snapshot)).toEqual(['things']);
    expect(state).toEqual(await asked.readState(tenant));
    expect(state?.version).toEqual({ kind: 'catalog', text: await asked.readCatalogVersion(tenant) });
    expect(snapshot.contentHash).toBe((await asked.readSchema(tenant)).contentHash);
  });

  it('are counted where the triggers are, and differ when the schema does', async () => {
    for (const statement of schemaVersionStatements(new Set())) await database.query(statement);
    const asked = schemaDatabase(watched());
    const before = await asked.readSchemaWithState(tenant);
    expect(before.state?.version.kind).toBe('counted');
    await database.query('create table public.more (id int primary key)');
    const after = await asked.readSchemaWithState(tenant);
    expect(names(after.snapshot)).toEqual(['more', 'things']);
    expect(after.state?.version.text).not.toBe(before.state?.version.text);
    expect(after.state?.version).toEqual(await asked.readVersion(tenant));
  });

  it('of a server that is gone without a word are not waited for', async () => {
    const welcome = Buffer.from('R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I', 'latin1');
    const silent = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(welcome));
      socket.resume();
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    const url = `postgres://u@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/d`;
    const gone = new ActiveTenants().of(tenantSnapshot({ key: 'go/ne', database_url: url }), '');
    const asked = schemaDatabase(executors, { readingMs: 100, questionMs: 100 });
    const options = { preConfig: undefined, names: [] };
    for (const ask of [
      () => asked.readSchema(gone),
      () => asked.readSchemaWithState(gone),
      () => asked.readVersion(gone),
      () => asked.readState(gone),
      () => asked.readSettings(gone, options),
      () => asked.readCatalogVersion(gone),
    ])
      await expect(ask()).rejects.toMatchObject({ name: 'TimeoutError' });
    executors.remove('go/ne');
    silent.close();
  });

  it('that cannot tell its state has a schema all the same', async () => {
    await database.query('revoke all on all tables in schema perch from public');
    const { snapshot, state } = await schemaDatabase(watched()).readSchemaWithState(tenant);
    expect(state).toBeUndefined();
    expect(names(snapshot)).toEqual(['more', 'things']);
    expect(packets).toHaveLength(2);
  });
});
