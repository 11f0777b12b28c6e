import { createMetrics, renderTogether } from './metrics.js';
import type { RequestObservation } from './observation.js';

const request: RequestObservation = {
  kind: 'request',
  requestId: 'r',
  tenant: 'a/b',
  method: 'GET',
  status: 200,
  durationMs: 3,
  requestBytes: 0,
  responseBytes: 10,
  errorCode: undefined,
  errorKind: undefined,
};

describe('createMetrics', () => {
  it('counts requests and errors with labels that a client cannot make grow', async () => {
    const { observer, render } = createMetrics({ process: 'p', runtimeMetrics: false });
    observer.note(request);
    observer.note({ ...request, method: 'BREW', status: 400, errorKind: 'user', errorCode: 'PGRST100' });
    observer.note({ ...request, status: 400, errorKind: 'postgres', errorCode: 'AB123' });
    observer.note({ ...request, status: 400, errorKind: 'postgres', errorCode: 'anything a function raised' });
    const { body } = await render();
    for (const line of [
      'perch_requests_total{method="GET",status="200",process="p"} 1',
      'perch_requests_total{method="other",status="400",process="p"} 1',
      'perch_request_errors_total{kind="user",code="PGRST100",process="p"} 1',
      'perch_request_errors_total{kind="postgres",code="ABxxx",process="p"} 1',
      'perch_request_errors_total{kind="postgres",code="other",process="p"} 1',
    ])
      expect(body).toContain(line);
    expect(body).toContain('perch_tenant_requests_total{tenant="a/b",outcome="refused",process="p"} 3');
  });

  it('shows whether the control plane is connected', async () => {
    const { observer, render } = createMetrics({ process: 'p', runtimeMetrics: false });
    observer.note({ kind: 'control-plane-connected', sequence: 1 });
    expect((await render()).body).toContain('perch_control_plane_connected{process="p"} 1');
    observer.note({ kind: 'control-plane-lost', reason: 'x', retryInMs: 1 });
    expect((await render()).body).toContain('perch_control_plane_connected{process="p"} 0');
  });

  it('adds several processes up, and of their states shows the worst', async () => {
    const processes = [1, 2].map(() => createMetrics({ process: 'p' }));
    for (const { observer } of processes) {
      observer.note(request);
      observer.note({ kind: 'control-plane-connected', sequence: 1 });
    }
    processes[1]?.observer.note({ kind: 'control-plane-lost', reason: 'x', retryInMs: 1 });
    const snapshots = await Promise.all(processes.map(({ snapshot }) => snapshot()));
    const { body } = await renderTogether(JSON.parse(JSON.stringify(snapshots)));
    expect(body).toContain('perch_requests_total{method="GET",status="200",process="p"} 2');
    expect(body).toContain('perch_request_duration_seconds_count{process="p"} 2');
    expect(body).toContain('perch_control_plane_connected{process="p"} 0');
    expect(body).toContain('process_resident_memory_bytes');
  });
});
