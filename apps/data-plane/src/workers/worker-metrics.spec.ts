import { createMetrics, type RequestObservation } from '@perch/observability';
import { Calls } from './calls.js';
import { LeftCounts, snapshotSchema } from './left-counts.js';
import { WorkerMetrics } from './worker-metrics.js';

const MINUTE_MS = 60_000;

const request = (tenant: string): RequestObservation => ({
  kind: 'request',
  requestId: 'r',
  tenant,
  method: 'GET',
  status: 200,
  durationMs: 3,
  requestBytes: 0,
  responseBytes: 10,
  errorCode: undefined,
  errorKind: undefined,
});

/** A worker of this process: real metrics behind a channel that passes messages on by itself. */
function startWorker(tenants: readonly string[], answer?: (snapshot: unknown) => unknown) {
  const metrics = createMetrics({ process: 'data-plane', runtimeMetrics: false });
  for (const tenant of tenants) metrics.observer.note(request(tenant));
  let receive = (_message: unknown) => {};
  const channel = {
    send(message: object) {
      if (!('perch' in message) || message.perch !== 'call' || !('id' in message)) return;
      void metrics.snapshot().then((snapshot) => {
        const answered = answer === undefined ? snapshot : answer(snapshot);
        receive(JSON.parse(JSON.stringify({ perch: 'answer', id: message.id, answer: answered })));
      });
    },
    listen: (listener: (message: unknown) => void) => void (receive = listener),
  };
  return { calls: new Calls(channel, {}), observer: metrics.observer };
}

describe('the metrics of all workers', () => {
  let now: number;
  let failures: unknown[];
  let merged: WorkerMetrics;
  const own = createMetrics({ process: 'data-plane', runtimeMetrics: false });
  const start = (tenants: readonly string[], answer?: (snapshot: unknown) => unknown) => {
    const worker = startWorker(tenants, answer);
    merged.add(worker.calls);
    return worker;
  };
  const lines = async (metric: string) =>
    (await merged.render()).body.split('\n').filter((line) => line.startsWith(`${metric}{`));
  const ofTenants = async () =>
    Object.fromEntries(
      (await lines('perch_tenant_requests_total')).map((line) => [
        /tenant="([^"]*)"/.exec(line)?.[1],
        line.split(' ')[1],
      ]),
    );

  beforeEach(() => {
    now = 0;
    failures = [];
    merged = new WorkerMetrics(own.snapshot, { now: () => now, onFailure: (error) => void failures.push(error) });
  });

  it('go on where a dead worker left them', async () => {
    const first = start(['a/b', 'a/b', 'c/d']);
    start(['a/b']);
    expect(await ofTenants()).toEqual({ 'a/b': '3', 'c/d': '1' });
    merged.remove(first.calls);
    start(['a/b']);
    expect(await ofTenants()).toEqual({ 'a/b': '4', 'c/d': '1' });
    expect(await lines('perch_requests_total')).toEqual([expect.stringMatching(/ 5$/)]);
  });

  it('forget a tenant of dead workers a while after nobody has counted it any more, and nothing but that', async () => {
    for (let life = 0; life < 5; life += 1) {
      const worker = start(['stays/asked', `asked/once-${life}`]);
      await merged.render();
      merged.remove(worker.calls);
    }
    start(['stays/asked']);
    expect(Object.keys(await ofTenants())).toHaveLength(6);
    now += 9 * MINUTE_MS;
    expect(Object.keys(await ofTenants())).toHaveLength(6);
    now += 2 * MINUTE_MS;
    expect(await ofTenants()).toEqual({ 'stays/asked': '6' });
    expect(await lines('perch_requests_total')).toEqual([expect.stringMatching(/ 11$/)]);
  });

  it('are those of the others when a worker answers what are none', async () => {
    const good = start(['a/b']);
    const answers: unknown[] = [
      '',
      [{ name: 'x', type: 'counter' }],
      [{ name: 'x', type: 'counter', help: 'h', aggregator: 'none', values: [] }],
    ];
    for (const answer of answers) merged.remove(start([], () => answer).calls);
    for (const answer of answers) start([], () => answer);
    expect(await ofTenants()).toEqual({ 'a/b': '1' });
    merged.remove(good.calls);
    expect(await ofTenants()).toEqual({ 'a/b': '1' });
    expect(failures).toEqual([]);
  });
});

test('a sum that cannot be made leaves what was there before, and says so', async () => {
  const failures: unknown[] = [];
  const left = new LeftCounts({ now: () => 0, onFailure: (error) => void failures.push(error) });
  const { observer, snapshot } = createMetrics({ process: 'p', runtimeMetrics: false });
  observer.note(request('a/b'));
  const counted = snapshotSchema.parse(await snapshot());
  await left.add(counted);
  const before = await left.sum([]);
  // Nothing that passes the schema; stands for whatever goes wrong in adding.
  await left.add(counted.map((metric) => ({ ...metric, aggregator: 'sum', values: [null as never] })));
  expect(failures).toHaveLength(1);
  expect(await left.sum([])).toEqual(before);
  await left.add(counted);
  expect(JSON.stringify(await left.sum([]))).not.toBe(JSON.stringify(before));
});
