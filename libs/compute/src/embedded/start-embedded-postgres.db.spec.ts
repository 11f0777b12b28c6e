import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { processLives } from './postmaster-pid.js';
import { findEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './start-embedded-postgres.js';

const superuserPassword = 'p@ss/word "with" everything%';
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-embedded-'));
const dataDir = path.join(root, 'data');
const running = new Set<EmbeddedPostgres>();

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, superuserPassword, durable: false, ...options });
  running.add(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

afterEach(async () => {
  for (const server of running) await server.stop();
  running.clear();
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe('startEmbeddedPostgres', () => {
  it('makes a UTF8 cluster that asks for its password and listens on the loopback address only', async () => {
    const server = await start();
    expect(await ask(server.url('postgres'), 'show server_encoding')).toBe('UTF8');
    expect(await ask(server.url('postgres'), 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(server.url('postgres'), 'show unix_socket_directories')).toBe('');
    expect(await ask(server.url('postgres'), "select upper('straße é')")).toBe('STRAßE É');
    const wrong = server.url('postgres').replace(/:[^:@]*@/, ':wrong@');
    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('adopts a server that already runs, also when several ask at once, and finds nothing once it is stopped', async () => {
    const [one, two, three] = await Promise.all([start(), start(), start()]);
    expect(new Set([one.pid, two.pid, three.pid]).size).toBe(1);
    expect([one, two, three].filter((server) => !server.adopted)).toHaveLength(1);
    expect((await findEmbeddedPostgres({ dataDir, superuserPassword }))?.pid).toBe(one.pid);
    await one.stop();
    expect(processLives(one.pid)).toBe(false);
    expect(await findEmbeddedPostgres({ dataDir, superuserPassword })).toBeUndefined();
  });

  it('keeps its data and a fixed port over a stop, and recovers from a kill', async () => {
    const first = await start();
    await ask(first.url('postgres'), 'create table kept as select 1 as n');
    await ask(first.url('postgres'), 'checkpoint');
    process.kill(first.pid, 'SIGKILL');
    const second = await start({ port: first.port });
    expect([second.port, second.adopted]).toEqual([first.port, false]);
    expect(await ask(second.url('postgres'), 'select n from kept')).toBe(1);
  });

  it('takes a note whose process id belongs to another program for stale', async () => {
    fs.writeFileSync(path.join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n1\n\n127.0.0.1\n\nready\n`);
    expect((await start()).adopted).toBe(false);
  });

  it('says who holds the directory when the running server does not accept the password', async () => {
    const server = await start();
    await expect(start({ superuserPassword: 'other' })).rejects.toMatchObject({
      code: 'directory-locked',
      message: expect.stringContaining(`kill -INT ${server.pid}`),
    });
  });

  it('stops again when the directory belongs to another password', async () => {
    await expect(start({ superuserPassword: 'other' })).rejects.toMatchObject({ code: 'wrong-password' });
    expect(fs.existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false);
  });

  it('names the port that another program has taken', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(String(port)),
    });
    blocker.close();
  });

  it("ends its error with the server's own log", async () => {
    await expect(start({ settings: { max_connections: 'many' } })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('max_connections'),
    });
  });

  it('never takes a directory with foreign files for its own', async () => {
    const foreign = path.join(root, 'foreign');
    fs.mkdirSync(foreign);
    fs.writeFileSync(path.join(foreign, 'thesis.txt'), 'precious');
    await expect(start({ dataDir: foreign })).rejects.toMatchObject({ code: 'initdb-failed' });
    expect(fs.readdirSync(foreign)).toEqual(['thesis.txt']);
  });

  it.each([
    { detached: true, survives: true },
    // Only Linux can tie a process to its parent.
    ...(process.platform === 'linux' ? [{ detached: false, survives: false }] : []),
  ])('lives on after its parent was killed: $survives when detached is $detached', async ({ detached, survives }) => {
    const { pid } = await startInChildAndKill(detached);
    for (let i = 0; !survives && i < 100 && processLives(pid); i += 1) await sleep(50);
    expect(processLives(pid)).toBe(survives);
    const server = await start();
    expect([server.adopted, server.pid === pid]).toEqual([survives, survives]);
  });
});

/** A process of its own starts the server and is killed as soon as it has said the server's process id. */
async function startInChildAndKill(detached: boolean): Promise<{ readonly pid: number }> {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('../../dist/embedded/start-embedded-postgres.js', import.meta.url).href)};
    const server = await startEmbeddedPostgres(${JSON.stringify({ dataDir, superuserPassword, durable: false, detached })});
    process.stdout.write(server.pid + '\\n');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(Number(String(line))));
    child.once('exit', () => reject(new Error('the child ended early: is libs/compute built?')));
  });
  child.kill('SIGKILL');
  return { pid };
}
