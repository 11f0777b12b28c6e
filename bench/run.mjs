// npm run bench: requests per second through a data plane beside what the bare driver reaches with the same statements.
//   node bench/run.mjs [--kinds "single row,rpc" | --kinds all] [--rounds 3] [--seconds 4] [--write]
// PERCH_BENCH_POSTGRES_URL names a server to use (superuser); without it an embedded one is started. `--write` puts the table into
// bench/README.md.
import { fork, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countAllocation } from './allocation.mjs';
import { packetMessage } from './packet-message.mjs';
import { hasPgbench, pgbench } from './pgbench.mjs';
import { recordPackets } from './record-packet.mjs';
import { requests } from './requests.mjs';
import { renderTable, writeTable } from './table.mjs';
import { createWorld, dropWorld, tenantsFile, token } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Connections of the load and of the pool (`pool_size`). */
const LOAD_CONNECTIONS = 16;
const POOL_CONNECTIONS = 10;
const HOST = 'bench.localhost';
/** Linux counts in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

const { values: options } = parseArgs({
  options: {
    kinds: { type: 'string', default: 'single row' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const kinds = options.kinds === 'all' ? undefined : options.kinds.split(',').map((kind) => kind.trim());
const chosen = requests.filter(({ kind }) => kinds === undefined || kinds.includes(kind));
if (chosen.length === 0) throw new Error(`no such kind; there are: ${requests.map(({ kind }) => kind).join(', ')}`);

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
const undo = [() => fs.rmSync(temporary, { recursive: true, force: true })];
try {
  const superuserUrl = await superuser();
  const databaseUrl = await createWorld(superuserUrl);
  undo.push(() => dropWorld(superuserUrl));
  const headers = { accept: '*/*', authorization: `Bearer ${token()}`, 'user-agent': 'bench' };
  const recorded = chosen.filter(({ packet }) => packet !== false);
  const packets = new Map(
    (await recordPackets(databaseUrl, recorded, { ...headers, host: HOST })).map((packet, at) => [
      recorded[at].kind,
      packet,
    ]),
  );
  const dataPlane = await startDataPlane(databaseUrl);
  undo.push(dataPlane.stop);

  const rows = [];
  for (const given of chosen) {
    const request = { ...given, headers: { ...headers, ...given.headers } };
    rows.push(await measureKind(request, packets.get(given.kind), databaseUrl, dataPlane));
    process.stdout.write(`${renderTable(rows)}\n\n`);
  }
  if (options.write) writeTable(path.join(here, 'README.md'), rows, { rounds, seconds });
} finally {
  for (const step of undo.reverse()) await step();
}

/** Rounds of each contender take turns, so that a slow moment of the machine meets them all. */
async function measureKind(request, packet, databaseUrl, dataPlane) {
  const results = { perch: [], driver: [], server: [], pgbench: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.perch.push(await load(dataPlane, request));
    if (packet === undefined) continue;
    const message = { databaseUrl, packet: packetMessage(packet), connections: POOL_CONNECTIONS };
    results.driver.push(await driverLoop(message));
    const server = await startBareServer({ ...message, status: request.status });
    results.server.push(await load(server, request));
    server.stop();
    if (hasPgbench()) results.pgbench.push({ perSecond: pgbench(databaseUrl, packet, POOL_CONNECTIONS, seconds) });
  }
  return { kind: request.kind, ...results };
}

/** What the load client saw, with the processor time of the server instead of its own. */
async function load({ port, pid, allocation }, request) {
  const client = fork(path.join(here, 'load.mjs'));
  client.send({ port, host: HOST, request, connections: LOAD_CONNECTIONS, seconds });
  await messageOf(client);
  const before = { cpu: processMicroseconds(pid), bytes: allocation?.bytes() };
  const seen = await messageOf(client);
  const allocatedBytes = allocation === undefined ? undefined : allocation.bytes() - before.bytes;
  return { ...seen, cpuMicroseconds: processMicroseconds(pid) - before.cpu, allocatedBytes };
}

function driverLoop(message) {
  const driver = fork(path.join(here, 'bare-driver.mjs'));
  driver.send({ ...message, seconds });
  return messageOf(driver);
}

/** The next message of a child, which may not end before. */
function messageOf(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

function startBareServer(message) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(here, 'bare-server.mjs'));
    child.once('message', ({ port }) => resolve({ port, pid: child.pid, stop: () => child.kill() }));
    child.once('error', reject);
    child.send(message);
  });
}

async function superuser() {
  const given = process.env.PERCH_BENCH_POSTGRES_URL;
  if (given !== undefined) return given;
  const { startEmbeddedPostgres } = await import('../libs/compute/dist/index.js');
  const server = await startEmbeddedPostgres({
    dataDir: path.join(temporary, 'data'),
    superuserPassword: 'bench',
    durable: false,
  });
  undo.push(() => server.stop());
  return server.url('postgres');
}

async function startDataPlane(databaseUrl) {
  const file = path.join(temporary, 'tenants.json');
  fs.writeFileSync(file, tenantsFile(databaseUrl));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--trace-gc',
      path.join(here, '../apps/perch/bin/perch.mjs'),
      'data-plane',
      '--tenants',
      file,
      '--port',
      `${port}`,
    ],
    {
      env: {
        ...process.env,
        PERCH_HOME: temporary,
        PERCH_PORT_BASE: String((await freePort()) - 190),
        PERCH_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await listening(port, child);
  return {
    port,
    stop: () => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGTERM')),
    pid: child.pid,
    allocation: countAllocation(child.stdout),
  };
}

/** User and system time of a process, where /proc tells it. */
function processMicroseconds(pid) {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(port, child) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error('the data plane did not start');
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the data plane does not listen');
}
