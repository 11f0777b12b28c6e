/**
 * The recorded answers of a real PostgREST 16.2 (apps/e2e/conformance), replayed against a proxy process over a PostgreSQL of
 * its own. Every case answers as recorded, but the refusals: those answer as refusals.json says, and no case is listed
 * there that would pass.
 */
import fs from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import { makeHome } from './harness/perch-process.js';
import { corpus, refusals, replayCorpus, type ReplayResult } from './harness/replay.js';

const features = fs.readdirSync(path.join(corpus, 'cases')).map((name) => name.replace('.jsonl', ''));

describe('conformance with PostgREST 16.2', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let results: readonly ReplayResult[];

  beforeAll(async () => {
    home = makeHome();
    postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'pg'), superuserPassword: 'pg', durable: false });
    results = await replayCorpus(postgres, home);
  }, 240_000);

  afterAll(async () => {
    await postgres?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  test.each(features)('%s', (feature) => {
    const refused = new Set(refusals.flatMap(({ cases }) => cases));
    const answered = results.filter((result) => result.feature === feature);
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.filter(({ ok, id }) => !ok && !refused.has(id))).toEqual([]);
  });

  test.each(refusals)('refuses: $reason', ({ cases, differs }) => {
    expect(cases.length).toBeGreaterThan(0);
    for (const id of cases) {
      const diffs = results.find((result) => result.id === id)?.fails.flatMap((fail) => fail.diffs) ?? [];
      expect({ id, ...Object.fromEntries(diffs.map(({ what, got }) => [what, got])) }).toEqual({ id, ...differs });
    }
  });
});
