/** Replays the recorded answers of PostgREST against a proxy process over a given PostgreSQL: what each case came to goes out. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ask } from './ask.js';
import { end, eventually, findPortBase, spawnPerch, workspace } from './perch-process.js';
import { loadWorld, type WorldPostgres } from './world.js';

export const corpus = path.join(workspace, 'apps/e2e/conformance');

/** Cases that Perch answers otherwise on purpose. */
export interface Refusal {
  readonly reason: string;
  /** Ids of recorded cases. */
  readonly cases: readonly string[];
  /** What the replay finds different, and our answer to it. */
  readonly differs: Readonly<Record<string, string | number>>;
}

export interface ReplayResult {
  readonly id: string;
  readonly feature: string;
  readonly title: string;
  readonly ok: boolean;
  readonly fails: readonly { readonly diffs: readonly { readonly what: string; readonly got: string | number }[] }[];
}

export const refusals = JSON.parse(fs.readFileSync(path.join(corpus, 'refusals.json'), 'utf8')) as readonly Refusal[];

/** @param home a directory of the caller's, who removes it. */
export async function replayCorpus(postgres: WorldPostgres, home: string): Promise<readonly ReplayResult[]> {
  const tenants = await loadWorld(postgres, home);
  const base = await findPortBase();
  const { child: proxy } = spawnPerch(['data-plane', '--tenants', tenants], {
    PERCH_HOME: home,
    PERCH_PORT_BASE: String(base),
  });
  try {
    await eventually('the proxy is ready', async () =>
      (await ask(`http://127.0.0.1:${base + 190}/ready`, { path: '' })).status === 200 ? true : undefined,
    );
    const report = path.join(home, 'report.json');
    const replay = [path.join(corpus, 'replay.mjs'), '--base-url', `http://127.0.0.1:${base + 100}`, '--json', report];
    // Its exit status says whether all cases passed; which may fail is decided by the caller.
    await promisify(execFile)(process.execPath, replay, { maxBuffer: 64 * 1024 * 1024 }).catch(() => undefined);
    return (JSON.parse(fs.readFileSync(report, 'utf8')) as { results: ReplayResult[] }).results;
  } finally {
    await end(proxy, 'SIGTERM');
  }
}
