// The least HTTP server over the bare driver: every request sends the same packet and answers the last field that came.
// Comes in by message: { databaseUrl, packet, connections, status }; goes out: { port }.
import http from 'node:http';
import { openPackets } from './bare-packets.mjs';

process.once('message', async ({ status, ...given }) => {
  const run = await openPackets(given);
  const server = http.createServer(async (request, response) => {
    request.resume();
    const body = await run();
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(status === 204 ? undefined : body);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());
});
