/** Promise: behind PgBouncer in transaction mode (`db_prepared_statements: false`) packets stay whole, and cancels find their query. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createTenantExecutors, type TenantExecutors } from './index.js';
import { eventually, fieldOf, packet, statement } from '../test/packets.js';

// Skipped, and said so in the summary, where there is no pgbouncer on the PATH.
const withPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0 ? describe : describe.skip;

withPgBouncer('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let directory: string;
  let pooler: ChildProcess;
  let executors: TenantExecutors;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-pgbouncer-'));
    const { hostname, port, username, password } = new URL(database.url);
    const listen = await freePort();
    const server = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
    const file = path.join(directory, 'pgbouncer.ini');
    const lines = [
      '[databases]',
      `* = ${server}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listen}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 2',
    ];
    fs.writeFileSync(file, lines.join('\n'));
    // It does not run as root.
    const asSomebody =
      process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : [];
    const [program = '', ...args] = [...asSomebody, 'pgbouncer', file];
    pooler = spawn(program, args, { stdio: 'ignore' });
    url = `postgres://anybody@127.0.0.1:${listen}/${database.name}`;
    executors = createTenantExecutors();
    await eventually(async () => (await fieldOf(tenant('probe'), 'select 1').catch(() => undefined)) === '1');
  });
  afterAll(async () => {
    await executors.close();
    const gone = new Promise((resolve) => pooler.once('exit', resolve));
    pooler.kill('SIGINT');
    await gone;
    fs.rmSync(directory, { recursive: true });
    await database.drop();
  });

  const tenant = (key: string) => executors.for({ key, version: 1, databaseUrl: url, poolSize: 8, prepare: false });

  it('packets of many connections over few servers keep their own settings and values', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_none, n) => {
        const results = await tenant(n % 2 === 0 ? 'even' : 'odd').submit(
          packet(
            statement(`select set_config('drill.n', $1, true)`, [String(n)]),
            statement(`select current_setting('drill.n') || ':' || $1::text`, [`value ${n}`]),
          ),
        );
        return results[1]?.rows[0]?.[0];
      }),
    );
    expect(answers).toEqual(answers.map((_answer, n) => `${n}:value ${n}`));
    expect(await fieldOf(tenant('even'), `select current_setting('drill.n', true)`)).toBe('');
  });

  it('a failed packet leaves nothing behind, not even for whoever gets its server next', async () => {
    await database.query('create table item (id int)');
    const failing = Array.from({ length: 20 }, () =>
      tenant('even')
        .submit(packet('insert into item values (1)', `select set_config('drill.n', 'left', true)`, 'select 1 / 0'))
        .then(
          () => 'passed',
          () => 'failed',
        ),
    );
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['failed']));
    const left = Array.from({ length: 8 }, () =>
      fieldOf(tenant('odd'), `select (select count(*) from item) || coalesce(current_setting('drill.n', true), '')`),
    );
    expect(new Set(await Promise.all(left))).toEqual(new Set(['0']));
  });

  it('a cancel ends its own query and no other', async () => {
    const sleeping = async () =>
      Number(
        (
          await database.query(
            `select count(*)::int as n from pg_stat_activity
             where datname = current_database() and query like '%pg_sleep(10)%' and state = 'active' and pid <> pg_backend_pid()`,
          )
        ).rows[0].n,
      );
    const controller = new AbortController();
    const gone = tenant('even').submit(packet('select pg_sleep(10)'), controller.signal);
    await eventually(async () => (await sleeping()) === 1);
    const other = fieldOf(tenant('odd'), 'select 1 from pg_sleep(0.3)');
    controller.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await eventually(async () => (await sleeping()) === 0);
    expect(await other).toBe('1');
    expect(await fieldOf(tenant('even'), 'select 2')).toBe('2');
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
