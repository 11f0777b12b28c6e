// The least HTTP server over the bare driver: every request sends the same packet and answers the last field that came.
// Comes in by message: { databaseUrl, packet, connections, status }; goes out: { port }.
import http from 'node:http';
import pg from 'pg';
import { named, runPacket } from './packet-query.mjs';
import { revivePacket } from './packet-message.mjs';

process.once('message', async ({ databaseUrl, packet, connections, status }) => {
  const statements = named(revivePacket(packet));
  const idle = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return { client, parsed: new Set() };
    }),
  );
  const waiting = [];
  const server = http.createServer(async (request, response) => {
    request.resume();
    const lane = idle.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
    const rows = await runPacket(lane.client, statements, lane.parsed);
    const next = waiting.shift();
    if (next === undefined) idle.push(lane);
    else next(lane);
    const body = rows.at(-1)?.find((field) => field?.startsWith('[') || field?.startsWith('{')) ?? '';
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(status === 204 ? undefined : body);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());
});
