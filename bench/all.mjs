// npm run bench: every benchmark after the other, each in a process of its own; what they print is what goes into bench/README.md
// with `--write`. `--quick` takes fewer branches and shorter rounds: for a look, not for figures.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});

/** Arguments, and those instead of them where a look is enough. */
const benchmarks = [
  ['run.mjs --kinds all', 'run.mjs --kinds all --rounds 1 --seconds 1'],
  ['enable.mjs', 'enable.mjs --projects 2'],
  ['big-schema.mjs', 'big-schema.mjs'],
  ['fleet/cold.mjs', 'fleet/cold.mjs --branches 20'],
  ['fleet/change.mjs', 'fleet/change.mjs --changes 10'],
  ['fleet/workers.mjs', 'fleet/workers.mjs --seconds 1'],
  ['fleet/delay.mjs', 'fleet/delay.mjs --seconds 1'],
  ['fleet/neighbour.mjs', 'fleet/neighbour.mjs --seconds 2'],
  ['fleet/density.mjs', 'fleet/density.mjs --branches 50'],
  ['fleet/zipf.mjs', 'fleet/zipf.mjs --branches 50 --seconds 3'],
];

for (const [whole, quick] of benchmarks) {
  const words = (options.quick ? quick : whole).split(' ');
  const args = [...words, ...(options.write ? ['--write'] : [])];
  process.stdout.write(`\n== ${args.join(' ')}\n\n`);
  const [program, ...rest] = args;
  const { status } = spawnSync(process.execPath, ['--expose-gc', path.join(import.meta.dirname, program), ...rest], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
