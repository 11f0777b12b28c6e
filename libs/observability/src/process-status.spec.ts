import type { Observation } from './observation.js';
import { createStatusKeeper, mergeStatuses, type ProcessStatus } from './process-status.js';

const lost: Observation = { kind: 'control-plane-lost', reason: 'no postgres://u:hush@h/d', retryInMs: 1 };

describe('the status of a process', () => {
  it('tells who it is, what it counts, how the feed is and what went wrong last', () => {
    const keeper = createStatusKeeper({ name: 'data-plane', pid: 7 });
    expect(keeper.snapshot()).toMatchObject({ process: 'data-plane', pid: 7, version: '0.1.0', counts: {} });
    keeper.show(() => ({ tenantsLoaded: 3 }));
    keeper.observer.note({ kind: 'control-plane-connected', sequence: 5 });
    expect(keeper.snapshot()).toMatchObject({
      counts: { tenantsLoaded: 3 },
      feed: { state: 'connected', sequence: 5 },
    });
    expect(keeper.snapshot().last_error).toBeUndefined();
    keeper.observer.note(lost);
    const { feed, last_error: error } = keeper.snapshot();
    expect(feed).toMatchObject({ state: 'lost', sequence: 5, reason: 'no postgres://u:[redacted]@h/d' });
    expect(error?.text).toBe('control plane lost: no postgres://u:[redacted]@h/d');
    keeper.observer.note(lost);
    expect(keeper.snapshot().feed?.since).toBe(feed?.since);
  });

  it('is, of several workers, their sums, the worst feed and the latest error', () => {
    const status = (more: Partial<ProcessStatus>): ProcessStatus => ({
      process: 'data-plane',
      version: '1',
      pid: 1,
      started_at: 't',
      counts: {},
      ...more,
    });
    const since = '2026-01-01T00:00:00.000Z';
    const error = (at: string) => ({ at, text: at });
    const merged = mergeStatuses(status({ pid: 9, last_error: error('b') }), [
      status({
        counts: { tenantsLoaded: 2, connectionsBusy: 1 },
        feed: { state: 'connected', since },
        last_error: error('c'),
      }),
      status({ counts: { tenantsLoaded: 3 }, feed: { state: 'lost', since }, last_error: error('a') }),
    ]);
    expect(merged).toEqual(
      status({
        pid: 9,
        counts: { tenantsLoaded: 5, connectionsBusy: 1 },
        feed: { state: 'lost', since },
        last_error: error('c'),
        workers: 2,
      }),
    );
  });
});
