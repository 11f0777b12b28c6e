/** kill -9 at every step of creating, resetting and deleting a branch: it is finished after the restart, once, and nothing is left. */
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { cleanAudit, openBranchStage, type Branch, type BranchStage } from './harness/branch-stage.js';
import { eventually } from './harness/perch-process.js';
import type { Planes } from './harness/planes.js';

/** Milliseconds: a killed worker's job is taken up again after some seconds, and starts take their time on a busy machine. */
const SLOW_MS = 600_000;
const WAIT_MS = 60_000;

const onLinux = fs.existsSync('/proc/self/cmdline') ? describe : describe.skip;

/** One thing that is done to branches, and how it is seen that it was. */
interface Deed {
  readonly steps: readonly string[];
  /** What has to be there first. */
  prepare(stage: BranchStage): Promise<Branch>;
  act(stage: BranchStage, target: Branch): ReturnType<BranchStage['call']>;
  /** The branch that it was done to, where it is still there. */
  check(stage: BranchStage, target: Branch): Promise<void>;
}

const named = async (stage: BranchStage, name: string) => (await stage.branches()).find((one) => one.name === name);
const need = async (stage: BranchStage, name: string) => {
  const branch = await named(stage, name);
  if (branch === undefined) throw new Error(`there is no branch '${name}'`);
  return branch;
};
const make = async (stage: BranchStage, name: string) => {
  await stage.create(name);
  await stage.settled();
  return need(stage, name);
};

const deeds: Readonly<Record<'create' | 'reset' | 'delete', Deed>> = {
  create: {
    steps: ['start-source', 'copy-data', 'drop-inherited-logins', 'record-state'],
    prepare: (stage) => need(stage, 'main'),
    act: (stage) => stage.create('made'),
    async check(stage) {
      const made = await need(stage, 'made');
      expect(await stage.rows(made)).toEqual([{ n: 7 }]);
      await stage.remove(made);
    },
  },
  reset: {
    steps: ['start-source', 'copy-data', 'drop-inherited-logins', 'record-state'],
    async prepare(stage) {
      const target = (await named(stage, 'changed')) ?? (await make(stage, 'changed'));
      await stage.run(target, 'insert into kept values (8)');
      return target;
    },
    act: (stage, target) => stage.reset(target),
    check: async (stage, target) => expect(await stage.rows(target)).toEqual([{ n: 7 }]),
  },
  delete: {
    steps: ['destroy-compute', 'forget-branch'],
    prepare: (stage) => make(stage, 'unwanted'),
    act: (stage, target) => stage.remove(target),
    check: async (stage) => expect(await named(stage, 'unwanted')).toBeUndefined(),
  },
};

/** Does it, begun by `disturb` at its moment; afterwards it is done, once, and nothing else is there. */
async function drill(
  stage: BranchStage,
  deed: Deed,
  disturb: (planes: Planes, begin: () => Promise<unknown>) => Promise<void>,
) {
  const target = await deed.prepare(stage);
  const before = await stage.settled();
  // Whoever asks may lose the answer with the control plane.
  let acting: ReturnType<Deed['act']> | undefined;
  const begin = () => (acting ??= deed.act(stage, target)).catch(() => undefined);
  await disturb(stage.planes, begin);
  const refused = await begin();
  if (refused !== undefined && refused.status >= 400) throw new Error(`refused: ${JSON.stringify(refused.body)}`);
  const after = await stage.settled();
  const fresh = after.filter(({ id }) => before.every((one) => one.id !== id));
  expect(fresh.filter(({ status }) => status !== 'finished')).toEqual([]);
  const own = fresh.filter(({ perch }) => perch.steps.some(({ name }) => name === deed.steps.at(-2)));
  expect(own.map(({ perch }) => perch.steps.map(({ name, status }) => `${name}: ${status}`))).toEqual([
    deed.steps.map((name) => `${name}: finished`),
  ]);
  await deed.check(stage, target);
  await stage.settled();
  const { body } = await stage.call('GET', '/endpoints');
  expect(await stage.audit()).toEqual(cleanAudit(body.endpoints.map(({ id }: { id: string }) => id)));
}

onLinux('kill -9 at any step', () => {
  const stages = new Map<string, BranchStage>();
  const each = async (work: (stage: BranchStage, deed: Deed) => Promise<void>) => {
    // Side by side, each on planes of its own: most of the time is waiting for a killed worker's job.
    const outcomes = await Promise.allSettled(
      Object.entries(deeds).map(async ([name, deed]) => {
        const stage = stages.get(name);
        if (stage !== undefined) await work(stage, deed);
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
    if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed, failed.join('\n'));
  };

  beforeAll(async () => {
    for (const name of Object.keys(deeds)) {
      stages.set(name, await openBranchStage({ metadata: await createTestDatabase() }));
    }
  }, SLOW_MS);
  afterAll(async () => {
    await Promise.all([...stages.values()].map((stage) => stage.close()));
  }, SLOW_MS);

  test(
    'of the worker',
    () =>
      each(async (stage, deed) => {
        for (const step of deed.steps) {
          await drill(stage, deed, async ({ crashFile }, begin) => {
            fs.writeFileSync(crashFile, step);
            void begin();
            await eventually(`killed at ${step}`, async () => (fs.existsSync(crashFile) ? undefined : true), WAIT_MS);
          });
        }
      }),
    SLOW_MS,
  );

  test(
    'of the worker in the middle of the longest one',
    () =>
      each((stage, deed) =>
        drill(stage, deed, async ({ home, worker }, begin) => {
          let isOver = false;
          void begin().then(() => (isOver = true));
          const endpoints = path.join(home, 'endpoints');
          while (!hasUnfinished(endpoints) && !isOver) await nextTurn();
          await worker.kill();
        }),
      ),
    SLOW_MS,
  );

  test(
    'of the control plane',
    () =>
      each(async (stage, deed) => {
        for (const step of deed.steps) {
          await drill(stage, deed, async ({ crashFile, worker, controlPlane }, begin) => {
            fs.writeFileSync(crashFile, `${step} SIGSTOP`);
            void begin();
            await eventually(`frozen at ${step}`, async () => (fs.existsSync(crashFile) ? undefined : true), WAIT_MS);
            await controlPlane.kill();
            worker.signal('SIGCONT');
            await controlPlane.start();
          });
        }
      }),
    SLOW_MS,
  );

  test(
    'of the control plane that has written what is to be done and told nobody',
    () =>
      each((stage, deed) =>
        drill(stage, deed, async ({ metadataUrl, controlPlane }, begin) => {
          await whileLocked(metadataUrl, 'bullmq.job', begin, isWritten, () => controlPlane.kill());
          await controlPlane.start();
        }),
      ),
    SLOW_MS,
  );

  test(
    'of the control plane that has not written it yet: nothing happens',
    () =>
      each(async (stage, deed) => {
        const target = await deed.prepare(stage);
        const { metadataUrl, controlPlane } = stage.planes;
        const before = [await stage.settled(), await stage.branches(), await stage.audit()];
        let acting: Promise<unknown> | undefined;
        const begin = () => (acting = deed.act(stage, target).catch(() => undefined));
        await whileLocked(metadataUrl, 'operations', begin, isWaited('operations'), () => controlPlane.kill());
        await acting;
        await controlPlane.start();
        expect([await stage.settled(), await stage.branches(), await stage.audit()]).toEqual(before);
      }),
    SLOW_MS,
  );
});

const isWaited = (table: string) => `select from pg_locks where not granted and relation = '${table}'::regclass`;
const isWritten = `select from operations where status = 'scheduling'`;

/** Keeps everybody from writing to a table of the metadata while `begin` does, and runs `then` once the query `when` has a row. */
async function whileLocked(
  metadataUrl: string,
  table: string,
  begin: () => unknown,
  when: string,
  then: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: metadataUrl });
  await client.connect();
  try {
    await client.query(`begin; lock table ${table} in share row exclusive mode`);
    void begin();
    await eventually(when, async () => ((await client.query(when)).rowCount === 0 ? undefined : true), WAIT_MS);
    await then();
  } finally {
    await client.end();
  }
}

/** A copy that is not complete, or what is being removed. */
function hasUnfinished(endpoints: string): boolean {
  return fs
    .readdirSync(endpoints)
    .some((id) => id.endsWith('.gone') || namesIn(path.join(endpoints, id)).some((name) => name.endsWith('.copy')));
}

function namesIn(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}
