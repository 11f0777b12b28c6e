import type { OperationStep } from '@perch/database';
import { neverCrash } from './crash-point.js';
import { createStepLog } from './step-log.js';

function setUp(steps: readonly OperationStep[] = []) {
  const saved: (readonly OperationStep[])[] = [];
  const log = createStepLog({ id: 'o', steps }, async (_id, list) => void saved.push(list), neverCrash);
  const shown = () => saved.at(-1)?.map(({ name, status, error, statement }) => [name, status, error, statement]);
  return { log, saved, shown };
}

const failedStep: OperationStep = {
  name: 'one',
  status: 'failed',
  started_at: '2026-01-01T00:00:00.000Z',
  finished_at: '2026-01-01T00:00:01.000Z',
  error: 'no',
  statement: 'SELECT',
};

describe('the step log', () => {
  it('writes once per step and once at the end', async () => {
    const { log, saved, shown } = setUp();
    expect(await log.run('one', async () => 1)).toBe(1);
    await log.run('two', async () => 2);
    expect(shown()).toEqual([
      ['one', 'finished', null, null],
      ['two', 'running', null, null],
    ]);
    await log.flush();
    expect(saved).toHaveLength(3);
    expect([log.isFinished('one'), log.isFinished('three')]).toEqual([true, false]);
  });

  it('keeps why a step failed, and tells it at once', async () => {
    const { log, shown } = setUp();
    await expect(log.run('one', () => Promise.reject(new RangeError('too far')))).rejects.toThrow('too far');
    expect(shown()).toEqual([['one', 'failed', 'too far', null]]);
  });

  it('replaces what an earlier attempt left when the step comes again', async () => {
    const { log, shown } = setUp([failedStep]);
    await log.begin('one');
    expect(shown()).toEqual([['one', 'running', null, null]]);
    log.end('skipped', 'not needed');
    await log.flush();
    expect(shown()).toEqual([['one', 'skipped', 'not needed', null]]);
  });
});
