/** Runs docs/getting-started.md as written. */
import fs from 'node:fs';
import { cleanEnvironment, findPortBase, makeHome, startPerch, type PerchProcess } from './harness/perch-process.js';
import { blocksOf, hasCurl, runPage } from './harness/run-page.js';

const blocks = blocksOf('getting-started.md');

describe('the getting-started page', () => {
  let home: string;
  let perch: PerchProcess;

  beforeAll(async () => {
    home = makeHome();
    perch = await startPerch({ home, portBase: await findPortBase() });
  }, 90_000);
  afterAll(async () => {
    await perch?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  test('has blocks to run', () => expect(blocks.length).toBeGreaterThanOrEqual(8));

  const withCurl = hasCurl ? test : test.skip;
  withCurl(
    'runs from the first block to the last (skipped where there is no curl)',
    async () => {
      const stdout = await runPage(blocks, home, cleanEnvironment(), 60_000);
      expect(stdout).toContain('"title":"buy seeds"');
      expect(stdout).toContain('alice water them');
      expect(stdout).toContain('2 notes');
      expect(stdout).toContain('"db_max_rows":1000');
    },
    90_000,
  );
});
