/** Runs docs/neon-cli.md as written, with the command line out of compat/ and nothing but loopback in reach. */
import fs from 'node:fs';
import path from 'node:path';
import { compatNote, hasCompat, neonCli } from './harness/neon-cli.js';
import {
  cleanEnvironment,
  findPortBase,
  makeHome,
  startPerch,
  workspace,
  type PerchProcess,
} from './harness/perch-process.js';
import { blocksOf, hasCurl, runPage } from './harness/run-page.js';

const blocks = blocksOf('neon-cli.md');

describe('the page about the neon command line', () => {
  test('has blocks to run', () => expect(blocks.length).toBeGreaterThanOrEqual(8));

  test('names the version that is tried', () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(workspace, 'compat/package.json'), 'utf8'));
    const page = fs.readFileSync(path.join(workspace, 'docs/neon-cli.md'), 'utf8');
    expect(page).toContain(`neon@${dependencies.neon}\n`);
  });

  const withClients = hasCurl && hasCompat ? test : test.skip;
  withClients(
    `runs from the first block to the last${hasCurl ? compatNote : ' (skipped: there is no curl)'}`,
    async () => {
      const home = makeHome();
      const perch: PerchProcess = await startPerch({ home, portBase: await findPortBase() });
      try {
        const cli = neonCli(perch.up, home);
        const { PATH = '' } = cleanEnvironment();
        const { NODE_OPTIONS = '', PERCH_REFUSED_CONNECTIONS = '' } = cli.env;
        const bin = path.join(workspace, 'compat/node_modules/.bin');
        const env = {
          PATH: `${bin}${path.delimiter}${PATH}`,
          HOME: home,
          CI: '1',
          NODE_OPTIONS,
          PERCH_REFUSED_CONNECTIONS,
        };
        const stdout = await runPage(blocks, home, env, 200_000);
        expect(stdout).toMatch(/^Login +perch$/m);
        expect(stdout).toContain('[{"name":"delta"}, \n {"name":"diamond"}]');
        expect(stdout).toMatch(/^Status +active$/m);
        expect(stdout.match(/^Name +boutique$/gm)).toHaveLength(2);
        expect(cli.refusedConnections()).toEqual([]);
      } finally {
        await perch.stop();
        fs.rmSync(home, { recursive: true, force: true });
      }
    },
    300_000,
  );
});
