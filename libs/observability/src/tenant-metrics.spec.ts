import { Registry } from 'prom-client';
import type { RequestObservation } from './observation.js';
import { createTenantMetrics, outcomeOf } from './tenant-metrics.js';

const request = (tenant: string | undefined, status = 200): RequestObservation => ({
  kind: 'request',
  requestId: 'r',
  tenant,
  method: 'GET',
  status,
  durationMs: 500,
  requestBytes: 0,
  responseBytes: 0,
  errorCode: undefined,
  errorKind: undefined,
});

describe('metrics by tenant', () => {
  let nowMs: number;
  let registry: Registry;
  const create = (max: number) => createTenantMetrics(registry, { max, now: () => nowMs });
  const shown = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('perch_tenant_requests_total{'))
      .map((line) => line.replace(/.*tenant="([^"]*)",outcome="([^"]*)"\} (\d+)/, '$1 $2 $3'))
      .sort();
  beforeEach(() => {
    nowMs = 1_000_000;
    registry = new Registry();
  });

  it('names so many tenants and no more, whoever comes', async () => {
    const metrics = create(2);
    for (let at = 0; at < 1_000; at += 1) metrics.count(request(`t${at}`));
    metrics.count(request('t0', 500));
    metrics.count(request('t1', 404));
    metrics.count(request(undefined));
    expect(await shown()).toEqual(['other ok 998', 't0 failed 1', 't0 ok 1', 't1 ok 1', 't1 refused 1']);
    expect(await registry.metrics()).toContain('perch_tenant_request_seconds_total{tenant="t0"} 1');
  });

  it('gives the place of one that nobody asked for ten minutes away, with all its series', async () => {
    const metrics = create(2);
    metrics.count(request('old'));
    nowMs += 5 * 60_000;
    metrics.count(request('kept'));
    metrics.count(request('early'));
    nowMs += 5 * 60_000;
    metrics.count(request('late'));
    metrics.count(request('later'));
    expect(await shown()).toEqual(['kept ok 1', 'late ok 1', 'other ok 2']);
    expect(await registry.metrics()).not.toContain('"old"');
  });

  it('leaves its place to one that is asked all the time, however long ago it came', async () => {
    const metrics = create(1);
    for (let minute = 0; minute < 30; minute += 1) {
      metrics.count(request('busy'));
      nowMs += 60_000;
    }
    metrics.count(request('new'));
    expect(await shown()).toEqual(['busy ok 30', 'other ok 1']);
  });

  it('names none when there are no places', async () => {
    create(0).count(request('a'));
    expect(await shown()).toEqual([]);
  });

  it.each([
    [200, 'ok'],
    [304, 'ok'],
    [404, 'refused'],
    [499, 'canceled'],
    [503, 'failed'],
  ])('status %d is %s', (status, outcome) => expect(outcomeOf(status)).toBe(outcome));
});
