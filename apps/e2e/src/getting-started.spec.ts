/** Runs docs/getting-started.md as written. */
import { cleanEnvironment } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';
import { blocksOf, hasCurl, runPage } from './harness/run-page.js';

const blocks = blocksOf('getting-started.md');

describe('the getting-started page', () => {
  const perch = usePerch();

  test('has blocks to run', () => expect(blocks.length).toBeGreaterThanOrEqual(8));

  const withCurl = hasCurl ? test : test.skip;
  withCurl(
    'runs from the first block to the last (skipped where there is no curl)',
    async () => {
      const stdout = await runPage(blocks, perch.home, cleanEnvironment(), 60_000);
      expect(stdout).toContain('"title":"buy seeds"');
      expect(stdout).toContain('alice water them');
      expect(stdout).toContain('2 notes');
      expect(stdout).toContain('"db_max_rows":1000');
    },
    90_000,
  );
});
