/** Runs docs/getting-started.md as written: every bash block in one shell, every javascript block with node. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  cleanEnvironment,
  findPortBase,
  makeHome,
  startPerch,
  workspace,
  type PerchProcess,
} from './harness/perch-process.js';

const run = promisify(execFile);
const page = fs.readFileSync(path.join(workspace, 'docs/getting-started.md'), 'utf8');
const blocks = [...page.matchAll(/^```(bash|javascript)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

const hasCurl = (process.env['PATH'] ?? '').split(path.delimiter).some((dir) => fs.existsSync(path.join(dir, 'curl')));

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
      // A checkout of its own, as far as the page can tell: .perch is this Perch's home, files that it saves stay here.
      const checkout = fs.mkdtempSync(path.join(home, 'checkout-'));
      fs.symlinkSync(home, path.join(checkout, '.perch'));
      for (const name of ['examples', 'node_modules', 'package.json'])
        fs.symlinkSync(path.join(workspace, name), path.join(checkout, name));
      const script = blocks.map(({ language, text }, index) => {
        if (language === 'bash') return text;
        fs.writeFileSync(path.join(checkout, `block-${index}.mjs`), text);
        return `node block-${index}.mjs`;
      });
      const file = path.join(checkout, 'page.sh');
      fs.writeFileSync(
        file,
        ['set -euo pipefail', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...script].join('\n'),
      );
      const { stdout } = await run('bash', [file], { cwd: checkout, env: cleanEnvironment(), timeout: 60_000 });
      expect(stdout).toContain('"title":"buy seeds"');
      expect(stdout).toContain('alice water them');
      expect(stdout).toContain('2 notes');
      expect(stdout).toContain('"db_max_rows":1000');
    },
    90_000,
  );
});
