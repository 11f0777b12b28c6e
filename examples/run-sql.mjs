#!/usr/bin/env node
/**
 * Runs the SQL on standard input, for machines without psql.
 *
 *     node examples/run-sql.mjs postgresql://... < file.sql
 */
import { text } from 'node:stream/consumers';
import pg from 'pg';

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
try {
  const results = [await client.query(await text(process.stdin))].flat();
  for (const { command, rows } of results)
    process.stdout.write(`${command}\n${rows.map((row) => `${JSON.stringify(row)}\n`).join('')}`);
} finally {
  await client.end();
}
