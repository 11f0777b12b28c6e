// What no server can be faster than: whatever comes on a socket is a request, the same packet is sent for it, and the same header
// goes before the last field that came. No HTTP but that.
// Comes in by message: { databaseUrl, packet, connections, status }; goes out: { port }.
import net from 'node:net';
import { openPackets } from './bare-packets.mjs';

process.once('message', async ({ status, ...given }) => {
  const run = await openPackets(given);
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', async () => {
      const rows = await run();
      const body = status === 204 ? '' : rows;
      socket.write(
        `HTTP/1.1 ${status} -\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());
});
