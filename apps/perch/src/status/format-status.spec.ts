import { formatStatus } from './format-status.js';

const now = Date.parse('2026-01-02T00:00:00.000Z');

test('processes as a table, with what is wrong below it', () => {
  const text = formatStatus(
    [
      {
        at: '127.0.0.1:4090',
        state: 'ready',
        process: 'control-plane',
        version: '0.1.0',
        pid: 11,
        started_at: '2026-01-01T21:55:00.000Z',
        counts: { feedConnections: 1 },
      },
      { at: '127.0.0.1:4091', state: 'unreachable', process: 'worker', reason: 'nothing listens there' },
      {
        at: '127.0.0.1:4190',
        state: 'not-ready',
        reason: 'draining',
        process: 'data-plane',
        version: '0.1.0',
        pid: 12,
        started_at: '2026-01-01T23:59:30.000Z',
        counts: { tenantsLoaded: 3, connectionsBusy: 1, connectionsIdle: 2, connectionWaiters: 0, requestsInFlight: 4 },
        feed: { state: 'lost', since: '2026-01-01T23:55:00.000Z', reason: 'ECONNREFUSED' },
        last_error: { at: '2025-12-30T20:00:00.000Z', text: 'something' },
        workers: 2,
      },
    ],
    now,
  );
  expect(`\n${text}`).toBe(`
PROCESS                 ADMIN           STATE        VERSION  PID  UP     DATA APIS  CONNECTIONS                IN FLIGHT  FEED
control-plane           127.0.0.1:4090  ready        0.1.0    11   2h 5m  -          -                          -          1 follower
worker                  127.0.0.1:4091  unreachable  -        -    -      -          -                          -          -
data-plane (2 workers)  127.0.0.1:4190  not ready    0.1.0    12   30s    3          1 busy, 2 idle, 0 waiting  4          lost, 5m 0s

worker 127.0.0.1:4091: nothing listens there
data-plane 127.0.0.1:4190 is not ready: draining
data-plane 127.0.0.1:4190 has lost the change feed: ECONNREFUSED
data-plane 127.0.0.1:4190, last error 2d 4h ago: something
`);
});
