// A process that sends one packet over the bare driver as fast as it can: the limit of any server on top of it.
// Comes in by message: { databaseUrl, packet, connections, seconds }; goes out: what measure.mjs answers.
import { openClients } from './bare-packets.mjs';
import { measure, warmUp } from './measure.mjs';
import { named, runPacket } from './packet-query.mjs';
import { revivePacket } from './packet-message.mjs';

process.once('message', async ({ packet, seconds, ...given }) => {
  const statements = named(revivePacket(packet));
  const clients = await openClients(given);
  const send = ({ client, parsed }) => runPacket(client, statements, parsed);
  await warmUp(clients, send);
  const result = await measure(clients, seconds, send);
  process.send(result);
  await Promise.all(clients.map(({ client }) => client.end()));
  process.disconnect();
});
