// What one round trip is worth where PostgreSQL is not on the same machine: requests per second with a delay on the way to it, beside
// a bare client that needs four trips for the same statements.
//   node bench/fleet/delay.mjs [--seconds 4] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packetMessage } from '../packet-message.mjs';
import { messageOf, postgresServer, startClient, startDataPlane, withCleanup } from '../processes.mjs';
import { recordPackets } from '../record-packet.mjs';
import { requests } from '../requests.mjs';
import { writeSection } from '../table.mjs';
import { createWorld, dropWorld, tenants, token } from '../world.mjs';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '4' }, write: { type: 'boolean', default: false } },
});
const seconds = Number(options.seconds);
const CONNECTIONS = 10;
const host = 'bench.localhost';
const headers = { accept: '*/*', authorization: `Bearer ${token()}`, 'user-agent': 'bench' };
const request = { ...requests.find(({ kind }) => kind === 'single row'), headers };

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  const databaseUrl = await createWorld(superuserUrl);
  cleanup.onEnd(() => dropWorld(superuserUrl));
  const [packet] = await recordPackets(databaseUrl, [request], { ...headers, host });
  const rows = [];
  for (const delayMs of [0, 0.5, 2]) {
    const url = await relayed(cleanup, databaseUrl, delayMs);
    const dataPlane = await startDataPlane(cleanup, tenants(url));
    const pairs = [];
    for (let round = 0; round < 3; round += 1) {
      const client = startClient('load.mjs', {
        port: dataPlane.port,
        host,
        request,
        connections: CONNECTIONS,
        seconds,
      });
      await messageOf(client);
      const perch = await messageOf(client);
      const message = { databaseUrl: url, packet: packetMessage(packet), connections: CONNECTIONS, seconds };
      pairs.push({ perch, trips: await messageOf(startClient('fleet/four-trips.mjs', message)) });
    }
    await dataPlane.stop();
    pairs.sort((a, b) => a.perch.perSecond / a.trips.perSecond - b.perch.perSecond / b.trips.perSecond);
    const { perch, trips } = pairs[1];
    const figure = (value) => Math.round(value).toLocaleString('en-US');
    rows.push(
      `| ${delayMs} | ${figure(perch.perSecond)} | ${perch.p50Ms.toFixed(2)} | ${figure(trips.perSecond)} | ${(perch.perSecond / trips.perSecond).toFixed(1)} |`,
    );
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  const head = [
    '| delay of a round trip, ms | Perch req/s | p50 ms | four trips, bare driver, per second | Perch / four trips |',
    '| --: | --: | --: | --: | --: |',
  ];
  const note = `A single row, ${CONNECTIONS} connections; the middle one of 3 rounds of ${seconds} s each. The relay takes up to a core of its own.`;
  const table = [...head, ...rows, '', note].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'delay', table);
});

async function relayed({ onEnd }, databaseUrl, delayMs) {
  if (delayMs === 0) return databaseUrl;
  const url = new URL(databaseUrl);
  const relay = startClient('fleet/relay.mjs', { port: Number(url.port), delayMs });
  const { port } = await messageOf(relay);
  onEnd(() => relay.kill());
  url.port = String(port);
  return url.href;
}
