// A process that sends one packet over the bare driver as fast as it can: the limit of any server on top of it.
// Comes in by message: { databaseUrl, packet, connections, seconds }; goes out: what measure.mjs answers.
import pg from 'pg';
import { measure, warmUp } from './measure.mjs';
import { named, runPacket } from './packet-query.mjs';
import { revivePacket } from './packet-message.mjs';

process.once('message', async ({ databaseUrl, packet, connections, seconds }) => {
  const statements = named(revivePacket(packet));
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return { client, parsed: new Set() };
    }),
  );
  const send = ({ client, parsed }) => runPacket(client, statements, parsed);
  await warmUp(clients, send);
  const result = await measure(clients, seconds, send);
  process.send(result);
  await Promise.all(clients.map(({ client }) => client.end()));
  process.disconnect();
});
