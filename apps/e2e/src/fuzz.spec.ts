/**
 * A batch of random requests built from the dialect's grammar (apps/e2e/fuzz), against a proxy process over a PostgreSQL of
 * its own: whatever comes, the answer is one that the dialect knows, and the process stays.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@perch/compute';
import {
  cleanEnvironment,
  end,
  eventually,
  findPortBase,
  makeHome,
  spawnPerch,
  workspace,
} from './harness/perch-process.js';
import { loadWorld } from './harness/world.js';

const fuzz = path.join(workspace, 'apps/e2e/fuzz/fuzz.mjs');
/** Another one every time, so that runs add up; printed, so that a failure can be had again. */
const seed = process.env['PERCH_FUZZ_SEED'] ?? String(Date.now() % 1_000_000_000);

/** The command's exit status and all it said. */
function runFuzz(args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [fuzz, '--seed', seed, ...args], { env: cleanEnvironment() });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe(`random requests, seed ${seed}`, () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let proxy: ChildProcess;
  let baseUrl: string;
  let adminUrl: string;

  beforeAll(async () => {
    home = makeHome();
    postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'pg'), superuserPassword: 'pg', durable: false });
    const tenants = await loadWorld(postgres, home);
    const base = await findPortBase();
    proxy = spawnPerch(['data-plane', '--tenants', tenants], {
      PERCH_HOME: home,
      PERCH_PORT_BASE: String(base),
    }).child;
    baseUrl = `http://127.0.0.1:${base + 100}`;
    adminUrl = `http://127.0.0.1:${base + 190}`;
    await eventually('the proxy is ready', async () => ((await fetch(`${adminUrl}/ready`)).ok ? true : undefined));
  }, 120_000);

  afterAll(async () => {
    await end(proxy, 'SIGTERM');
    await postgres?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  it('answers 4,000 requests as the dialect knows answers', async () => {
    const { status, output } = await runFuzz(['--base-url', baseUrl, '--admin-url', adminUrl, '--count', '4000']);
    expect(output).toContain(`seed ${seed}: 4000 passed, 0 failed`);
    expect(status).toBe(0);
    expect(proxy.exitCode).toBeNull();
  }, 180_000);

  it('gives the same answer to other spellings of a read, and counts the rows that it shows', async () => {
    const { status, output } = await runFuzz(['--base-url', baseUrl, '--same-meaning', '--count', '500']);
    expect(output).toContain(`seed ${seed}: 500 passed, 0 failed`);
    expect(status).toBe(0);
  }, 60_000);

  it('gives the same answer to the same request, whatever came between', async () => {
    const { status, output } = await runFuzz(['--base-url', baseUrl, '--other-base-url', baseUrl, '--count', '300']);
    expect(output).toContain(`seed ${seed}: 300 passed, 0 failed`);
    expect(status).toBe(0);
  }, 60_000);
});
