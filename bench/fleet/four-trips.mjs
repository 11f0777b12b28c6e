// A process that runs what a request runs in four trips, as clients do that wait for each statement: BEGIN, settings, main, COMMIT.
// Comes in by message: { databaseUrl, packet, connections, seconds }; goes out: what measure.mjs answers.
import pg from 'pg';
import { measure, warmUp } from '../measure.mjs';
import { revivePacket } from '../packet-message.mjs';

process.once('message', async ({ databaseUrl, packet, connections, seconds }) => {
  const { statements } = revivePacket(packet);
  const lanes = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return client;
    }),
  );
  const send = async (client) => {
    await client.query('begin');
    for (const [at, { text, values }] of statements.entries()) await client.query({ name: `s${at}`, text, values });
    await client.query('commit');
  };
  await warmUp(lanes, send);
  process.send(await measure(lanes, seconds, send));
  for (const client of lanes) await client.end();
  process.disconnect();
});
