/** A disk without room for a copy: the branch is not made or not reset, its operation says why, and nothing is left but what was there. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { cleanAudit, openBranchStage, type BranchStage } from './harness/branch-stage.js';
import { makeHome } from './harness/perch-process.js';

/** Megabytes: room for three small branches and what is kept free, when nothing else fills it. */
const DISK_MB = 700;
const ROWS_OF_TEXT = 40_000;

/** Words that run a program in a mount namespace with a small disk of its own; undefined where the system does not let us. */
function smallDisk(directory: string): readonly string[] | undefined {
  const mount = `mount -t tmpfs -o size=${DISK_MB}m perch "$0" && exec "$@"`;
  const unshare =
    process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount'];
  const launch = [...unshare, 'sh', '-c', mount, directory];
  try {
    execFileSync(launch[0] ?? '', [...launch.slice(1), 'true'], { stdio: 'ignore' });
    return launch;
  } catch {
    return undefined;
  }
}

const home = makeHome();
const endpoints = path.join(home, 'endpoints');
fs.mkdirSync(endpoints);
const launch = fs.existsSync('/proc/self/mounts') ? smallDisk(endpoints) : undefined;
const describeOnSmallDisk = launch === undefined ? describe.skip : describe;
const note = launch === undefined ? ' (skipped: this system lets us mount nothing)' : '';

describeOnSmallDisk(`a disk without room${note}`, () => {
  let stage: BranchStage;
  const filler = () => path.join(stage.endpointsDir, 'filler');
  const sparse = () => path.join(stage.endpointsDir, stage.project.endpointId, 'data', 'base', '1', 'sparse');
  /** Leaves so much free, which is too little for a copy. */
  const fill = (leftMegabytes: number) => {
    const { bavail, bsize } = fs.statfsSync(stage.endpointsDir);
    fs.writeFileSync(filler(), Buffer.alloc(bavail * bsize - leftMegabytes * 1024 * 1024));
  };
  /** Enough by what it takes on the disk, and far too big once it is copied: the copy ends on a disk that is full. */
  const growCopy = () => {
    fs.writeFileSync(sparse(), '');
    fs.truncateSync(sparse(), 8 * 1024 ** 3);
  };
  const empty = () => [filler(), sparse()].forEach((file) => fs.rmSync(file, { force: true }));
  const endpointIds = async () =>
    (await stage.call('GET', '/endpoints')).body.endpoints.map(({ id }: { id: string }) => id);
  const main = async () => (await stage.branches()).find(({ name }) => name === 'main');
  const child = async () => (await stage.branches()).find(({ name }) => name === 'child');
  /** What the last operations of the project came to, newest first. */
  const outcomes = async () => (await stage.settled()).map(({ status, error }) => [status, error]);

  beforeAll(async () => {
    stage = await openBranchStage({ metadata: await createTestDatabase(), home, launch: launch ?? [] }, ROWS_OF_TEXT);
  }, 180_000);
  afterEach(() => empty());
  afterAll(async () => stage?.close(), 120_000);

  test.each([
    ['is not begun', () => fill(100), /no room for the copy: it needs \d+ MB, \d+ MB are free/],
    ['breaks off', growCopy, /no room for the copy: no space is left/],
  ])(
    'a new branch whose copy %s is not there, and the parent serves',
    async (_, makeFull, words) => {
      makeFull();
      await stage.create('child');
      const [last] = (await outcomes()).filter(([status]) => status === 'failed');
      expect(last).toEqual(['failed', expect.stringMatching(words)]);
      empty();
      expect(await child()).toBeUndefined();
      expect(await stage.audit()).toEqual(cleanAudit(await endpointIds()));
      const parent = await main();
      expect(parent && (await stage.rows(parent))).toEqual([{ n: 7 }]);
    },
    120_000,
  );

  test('is made once there is room, and keeps its own data when a reset has none', async () => {
    await stage.create('child');
    await stage.settled();
    const made = await child();
    if (made === undefined) throw new Error('no branch was made');
    await stage.run(made, 'insert into kept values (8)');
    for (const makeFull of [() => fill(100), growCopy]) {
      makeFull();
      await stage.reset(made);
      const [last] = (await outcomes()).filter(([status]) => status === 'failed');
      expect(last).toEqual(['failed', expect.stringContaining('no room for the copy')]);
      empty();
      expect(await stage.rows(made)).toEqual([{ n: 7 }, { n: 8 }]);
      expect(await stage.audit()).toEqual(cleanAudit(await endpointIds()));
    }
    const { status, body } = await stage.reset(made);
    expect([status, status < 300 ? undefined : body]).toEqual([200, undefined]);
    expect((await outcomes())[0]).toEqual(['finished', undefined]);
    expect(await stage.rows(made)).toEqual([{ n: 7 }]);
    expect(await stage.audit()).toEqual(cleanAudit(await endpointIds()));
  }, 240_000);
});

afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
