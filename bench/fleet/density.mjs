// How much memory branches cost a data plane: registered and never asked, and asked once each.
//   node bench/fleet/density.mjs [--branches 1000] [--registered 10000] [--write]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openLane, requestBytes } from '../lane.mjs';
import { postgresServer, residentBytes, startDataPlane, withCleanup } from '../processes.mjs';
import { writeSection } from '../table.mjs';
import { createBranches, dropBranches, hostOf, loginUrl, tenant } from './branches.mjs';

const { values: options } = parseArgs({
  options: {
    branches: { type: 'string', default: '1000' },
    registered: { type: 'string', default: '10000' },
    write: { type: 'boolean', default: false },
  },
});
const branches = Number(options.branches);
const registered = Number(options.registered);
const megabytes = (bytes) => Math.round(bytes / 1024 / 1024);

await withCleanup(async (cleanup) => {
  const superuserUrl = await postgresServer(cleanup);
  cleanup.onEnd(() => dropBranches(superuserUrl, branches));
  const rows = [];
  const note = (name, bytes, above) => {
    rows.push(`| ${name} | ${megabytes(bytes)} | ${above === undefined ? '' : megabytes(bytes - above)} |`);
    process.stderr.write(`${rows.at(-1)}\n`);
  };

  const nowhere = loginUrl(superuserUrl, 'perch_bench_b0');
  const empty = await settled(cleanup, [tenant(0, nowhere)]);
  note('one branch, never asked', empty);
  const many = Array.from({ length: registered }, (_, n) => tenant(n, nowhere));
  note(`${registered.toLocaleString('en-US')} branches, never asked`, await settled(cleanup, many), empty);

  for (const distinct of [false, true]) {
    const onProgress = (made) => process.stderr.write(`${made} databases made\n`);
    const tenants = await createBranches(superuserUrl, branches, { distinct, onProgress });
    const kind = distinct ? 'no two schemas alike' : 'schemas alike, as of branches of one project';
    const name = `${branches.toLocaleString('en-US')} branches, each asked, ${kind}`;
    note(name, await settled(cleanup, tenants, branches), empty);
  }
  const head = ['| resident memory of one process, MB | | above the first line |', '| --- | --: | --: |'];
  const table = [...head, ...rows].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.write) writeSection(path.join(import.meta.dirname, '../README.md'), 'density', table);
});

/** Resident bytes of a data plane over these tenants, after each of the first `asked` was asked five times. */
async function settled(cleanup, tenants, asked = 0) {
  const dataPlane = await startDataPlane(cleanup, tenants, { env: { PERCH_MAX_CONNECTIONS: '60' } });
  const lanes = await Promise.all(Array.from({ length: 4 }, () => openLane(dataPlane.port)));
  for (let time = 0; time < 5; time += 1) {
    await Promise.all(lanes.map((lane, at) => askEvery(lane, at, lanes.length, asked)));
  }
  for (const lane of lanes) lane.close();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const bytes = residentBytes(dataPlane.pid);
  await dataPlane.stop();
  return bytes;
}

async function askEvery(lane, from, step, count) {
  for (let n = from; n < count; n += step) {
    const status = await lane.send(
      requestBytes({ method: 'GET', path: '/t1?id=eq.7&select=id,name', headers: {} }, hostOf(n)),
    );
    if (status !== 200) throw new Error(`branch ${n} answered ${status}`);
  }
}
