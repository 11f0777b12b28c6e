import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createTestCluster } from '../../../../tools/testing/test-cluster.js';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { inspectAttached } from './inspect-attached.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("create role inspect_creator login createrole password 'c'");
  await database.query("create role inspect_plain login password 'p'");
});
afterAll(async () => {
  await database.query('drop role if exists inspect_creator, inspect_plain');
  await database.drop();
});

function urlOf(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

const as = (role: string, password: string) =>
  urlOf((url) => {
    url.username = role;
    url.password = password;
  });

describe('inspectAttached', () => {
  it('tells version, role and databases', async () => {
    const server = await inspectAttached(as('inspect_creator', 'c'));
    expect(server).toMatchObject({ role: 'inspect_creator', isSuperuser: false, database: database.name });
    expect(server.majorVersion).toBeGreaterThanOrEqual(14);
    expect(server.databases).toContainEqual({ name: database.name, owner: 'postgres' });
  });

  it.each([
    ['a role without CREATEROLE', () => as('inspect_plain', 'p'), 'role-lacks-createrole', 'CREATEROLE'],
    ['a wrong password', () => as('inspect_creator', 'wrong'), 'authentication-failed', 'inspect_creator'],
    ['a database that is not there', () => urlOf((url) => (url.pathname = '/nowhere')), 'database-missing', 'nowhere'],
    ['a host that does not exist', () => urlOf((url) => (url.hostname = 'no.invalid')), 'unreachable', 'no.invalid'],
    ['a port nobody listens on', () => urlOf((url) => (url.port = '1')), 'unreachable', '127.0.0.1:1'],
    ['another scheme', () => 'mysql://u:secret@h/d', 'url-invalid', 'postgresql://'],
    ['no URL at all', () => 'host=h password=secret', 'url-invalid', 'postgresql://'],
    ['no role', () => 'postgresql://host/d', 'url-invalid', 'role'],
  ])('refuses %s', async (_, url, code, words) => {
    const refused = inspectAttached(url());
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });

  it('refuses a standby', async () => {
    const cluster = await createTestCluster();
    try {
      await cluster.stop();
      fs.writeFileSync(path.join(cluster.dataDir, 'standby.signal'), '');
      await cluster.start();
      const refused = inspectAttached(cluster.url('postgres'));
      await expect(refused).rejects.toMatchObject({
        code: 'server-read-only',
        message: expect.stringContaining('the URL of its primary'),
      });
    } finally {
      await cluster.drop();
    }
  }, 60_000);

  it('refuses a server that is too old', async () => {
    const server = await oldServer();
    await expect(inspectAttached(`postgresql://u:p@127.0.0.1:${server.port}/d`)).rejects.toMatchObject({
      code: 'version-unsupported',
      message: expect.stringContaining('13.22'),
    });
    server.close();
  });
});

/** Speaks just enough of the protocol to answer the one question as PostgreSQL 13 would. */
async function oldServer(): Promise<{ readonly port: number; close(): void }> {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int = (bytes: 2 | 4, value: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const fields: readonly (readonly [name: string, oid: number, value: string])[] = [
    ['version', 23, '130022'],
    ['version_text', 25, '13.22'],
    ['role', 25, 'u'],
    ['superuser', 16, 't'],
    ['createrole', 16, 't'],
    ['database', 25, 'd'],
    ['databases', 114, '[]'],
  ];
  const describe = Buffer.concat([
    int(2, fields.length),
    ...fields.map(([name, oid]) =>
      Buffer.concat([Buffer.from(`${name}\0`), int(4, 0), int(2, 0), int(4, oid), int(2, -1), int(4, -1), int(2, 0)]),
    ),
  ]);
  const row = Buffer.concat([
    int(2, fields.length),
    ...fields.map(([, , value]) => Buffer.concat([int(4, value.length), Buffer.from(value)])),
  ]);
  const ready = message('Z', Buffer.from('I'));
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int(4, 0)), ready]));
      socket.once('data', () =>
        socket.write(
          Buffer.concat([message('T', describe), message('D', row), message('C', Buffer.from('SELECT 1\0')), ready]),
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close: () => server.close() };
}
