// npm run bench: requests per second through a data plane beside what the bare driver reaches with the same statements.
//   node bench/run.mjs [--kinds "single row,rpc" | --kinds all] [--rounds 3] [--seconds 4] [--write]
// PERCH_BENCH_POSTGRES_URL names a server to use (superuser); without it an embedded one is started. `--write` puts the table into
// bench/README.md.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countAllocation } from './allocation.mjs';
import { packetMessage } from './packet-message.mjs';
import { hasPgbench, pgbench } from './pgbench.mjs';
import {
  messageOf,
  postgresServer,
  processMicroseconds,
  startClient,
  startDataPlane,
  withCleanup,
} from './processes.mjs';
import { recordPackets } from './record-packet.mjs';
import { requests } from './requests.mjs';
import { renderTable, writeTable } from './table.mjs';
import { createWorld, dropWorld, tenants, token } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Connections of the load and of the pool (`pool_size`). */
const LOAD_CONNECTIONS = 16;
const POOL_CONNECTIONS = 10;
const HOST = 'bench.localhost';
const bareServers = [
  ['server', 'bare-server.mjs'],
  ['sockets', 'bare-sockets.mjs'],
];

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

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  const databaseUrl = await createWorld(superuserUrl);
  cleanup.onEnd(() => dropWorld(superuserUrl));
  const headers = { accept: '*/*', authorization: `Bearer ${token()}`, 'user-agent': 'bench' };
  const recorded = chosen.filter(({ packet }) => packet !== false);
  const packets = new Map(
    (await recordPackets(databaseUrl, recorded, { ...headers, host: HOST })).map((packet, at) => [
      recorded[at].kind,
      packet,
    ]),
  );
  const dataPlane = await startDataPlane(cleanup, tenants(databaseUrl), { nodeArguments: ['--trace-gc'] });
  const allocation = countAllocation(dataPlane.stdout);

  const rows = [];
  for (const given of chosen) {
    const request = { ...given, headers: { ...headers, ...given.headers } };
    rows.push(await measureKind(request, packets.get(given.kind), databaseUrl, { ...dataPlane, allocation }));
    process.stdout.write(`${renderTable(rows)}\n\n`);
  }
  if (options.write) writeTable(path.join(here, 'README.md'), rows, { rounds, seconds });
});

/** Rounds of each contender take turns, so that a slow moment of the machine meets them all. */
async function measureKind(request, packet, databaseUrl, dataPlane) {
  const results = { perch: [], driver: [], server: [], sockets: [], pgbench: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.perch.push(await load(dataPlane, request));
    if (packet === undefined) continue;
    const message = { databaseUrl, packet: packetMessage(packet), connections: POOL_CONNECTIONS };
    results.driver.push(await driverLoop(message));
    for (const [contender, program] of bareServers) {
      const server = await startBareServer(program, { ...message, status: request.status });
      results[contender].push(await load(server, request));
      server.stop();
    }
    if (hasPgbench()) results.pgbench.push({ perSecond: pgbench(databaseUrl, packet, POOL_CONNECTIONS, seconds) });
  }
  return { kind: request.kind, ...results };
}

/** What the load client saw, with the processor time of the server instead of its own. */
async function load({ port, pid, allocation }, request) {
  const client = startClient('load.mjs', { port, host: HOST, request, connections: LOAD_CONNECTIONS, seconds });
  await messageOf(client);
  const before = { cpu: processMicroseconds(pid), bytes: allocation?.bytes() };
  const seen = await messageOf(client);
  const allocatedBytes = allocation === undefined ? undefined : allocation.bytes() - before.bytes;
  return { ...seen, cpuMicroseconds: processMicroseconds(pid) - before.cpu, allocatedBytes };
}

function driverLoop(message) {
  return messageOf(startClient('bare-driver.mjs', { ...message, seconds }));
}

async function startBareServer(program, message) {
  const child = startClient(program, message);
  const { port } = await messageOf(child);
  return { port, pid: child.pid, stop: () => child.kill() };
}
