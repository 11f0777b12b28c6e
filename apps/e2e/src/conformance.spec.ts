/**
 * The recorded answers of a real PostgREST 16.2 (apps/e2e/conformance), replayed against a proxy process over a PostgreSQL of
 * its own. Every case answers as recorded, but the refusals: those answer as refusals.json says, and no case is listed
 * there that would pass.
 */
import { execFile, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import { httpStatus } from '../../../tools/testing/http-status.js';
import { end, eventually, findPortBase, makeHome, spawnPerch, workspace } from './harness/perch-process.js';
import { loadWorld } from './harness/world.js';

interface Refusal {
  readonly reason: string;
  /** Ids of recorded cases. */
  readonly cases: readonly string[];
  /** What the replay finds different, and our answer to it. */
  readonly differs: Readonly<Record<string, string | number>>;
}
interface Result {
  readonly id: string;
  readonly feature: string;
  readonly title: string;
  readonly ok: boolean;
  readonly fails: readonly { readonly diffs: readonly { readonly what: string; readonly got: string | number }[] }[];
}

const run = promisify(execFile);
const folder = path.join(workspace, 'apps/e2e/conformance');
const refusals = JSON.parse(fs.readFileSync(path.join(folder, 'refusals.json'), 'utf8')) as readonly Refusal[];
const features = fs.readdirSync(path.join(folder, 'cases')).map((name) => name.replace('.jsonl', ''));

describe('conformance with PostgREST 16.2', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let proxy: ChildProcess;
  let results: readonly Result[];

  beforeAll(async () => {
    home = makeHome();
    postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'pg'), superuserPassword: 'pg', durable: false });
    const tenants = await loadWorld(postgres, home);
    const base = await findPortBase();
    const { child } = spawnPerch(['data-plane', '--tenants', tenants], {
      PERCH_HOME: home,
      PERCH_PORT_BASE: String(base),
    });
    proxy = child;
    await eventually('the proxy is ready', async () =>
      (await httpStatus(`http://127.0.0.1:${base + 190}/ready`)) === 200 ? true : undefined,
    );
    const report = path.join(home, 'report.json');
    const replay = [path.join(folder, 'replay.mjs'), '--base-url', `http://127.0.0.1:${base + 100}`, '--json', report];
    // Its exit status says whether all cases passed; which may fail is decided here.
    await run(process.execPath, replay, { maxBuffer: 64 * 1024 * 1024 }).catch(() => undefined);
    results = (JSON.parse(fs.readFileSync(report, 'utf8')) as { results: Result[] }).results;
  }, 240_000);

  afterAll(async () => {
    await end(proxy, 'SIGTERM');
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
