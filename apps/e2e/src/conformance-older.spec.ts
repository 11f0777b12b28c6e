/** Promise: on every PostgreSQL that can be attached the dialect is the same. The recorded answers, over each older version. */
import fs from 'node:fs';
import { everyOlder, startOlderPostgres, type OlderPostgres } from '../../../tools/testing/older-postgres.js';
import { makeHome } from './harness/perch-process.js';
import { refusals, replayCorpus } from './harness/replay.js';

for (const older of everyOlder) {
  older.describe(`conformance over ${older.title}`, () => {
    let home: string;
    let postgres: OlderPostgres;

    beforeAll(async () => {
      home = makeHome();
      postgres = await startOlderPostgres(older.major);
    }, 120_000);
    afterAll(async () => {
      await postgres?.drop();
      fs.rmSync(home, { recursive: true, force: true });
    });

    test('every case answers as over the newest', async () => {
      const results = await replayCorpus(postgres, home);
      const refused = new Set(refusals.flatMap(({ cases }) => cases));
      expect(results.length).toBeGreaterThan(5_000);
      expect(results.filter(({ ok, id }) => ok === refused.has(id))).toEqual([]);
    }, 240_000);
  });
}
