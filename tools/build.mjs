// Builds what changed since the last build and says so in one line; the whole log only when it fails.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
const startedAt = Date.now();
const { status, stdout, stderr } = spawnSync(process.execPath, [nx, 'run-many', '-t', 'build'], { encoding: 'utf8' });
if (status !== 0) {
  process.stderr.write(`${stdout}${stderr}\nThe build failed; what went wrong is above.\n`);
  process.exit(1);
}
process.stderr.write(`Built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
