// A worker thread: clients that keep writing to the parent of bench/branch.mjs until they are told to stop. Each transaction moves
// money between two accounts and writes it into the journal, with an order and its lines.
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';

const { url, clients, accounts } = workerData;
let running = true;
/** Milliseconds of each transaction, and when it ended. */
const samples = [];
const failures = [];

async function write(client, index) {
  for (let n = index; running; n += clients) {
    const [from, to] = [1 + ((n * 7919) % accounts), 1 + ((n * 104_729) % accounts)].sort((a, b) => a - b);
    const startedAt = performance.now();
    try {
      await client.query(
        `BEGIN;
         UPDATE account SET balance = balance - 1 WHERE id = ${from};
         UPDATE account SET balance = balance + 1 WHERE id = ${to};
         INSERT INTO journal (debit, credit) VALUES (${from}, ${to});
         WITH made AS (INSERT INTO orders (account_id) VALUES (${from}) RETURNING id)
         INSERT INTO order_lines SELECT id, line, repeat('x', 200) FROM made, generate_series(1, 3) line;
         COMMIT`,
      );
      samples.push([performance.timeOrigin + performance.now(), performance.now() - startedAt]);
    } catch (error) {
      failures.push(error.message);
      await client.query('ROLLBACK').catch(() => {});
    }
  }
}

const connected = await Promise.all(
  Array.from({ length: clients }, async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', (error) => failures.push(error.message));
    await client.connect();
    return client;
  }),
);
parentPort.once('message', () => (running = false));
parentPort.postMessage('writing');
await Promise.all(connected.map(write));
await Promise.all(connected.map((client) => client.end()));
parentPort.postMessage({ samples, failures });
