import { startAdminServer } from './admin-server.js';
import { createMetrics } from './metrics.js';
import { createStatusKeeper } from './process-status.js';

const status = createStatusKeeper({ name: 'test', pid: 1 }).snapshot;

describe('the admin server', () => {
  it('answers live, ready with its reason, metrics, and nothing else', async () => {
    let reason: string | undefined = 'draining';
    const metrics = createMetrics({ process: 'test', runtimeMetrics: false });
    metrics.observer.note({ kind: 'tenant-lookup', outcome: 'loaded' });
    const admin = await startAdminServer({
      port: 0,
      notReadyReason: () => reason,
      renderMetrics: metrics.render,
      status,
    });
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, { method });
      return [response.status, await response.text()] as const;
    };
    try {
      expect(await get('/live')).toEqual([200, 'live\n']);
      expect(await get('/ready')).toEqual([503, 'draining\n']);
      reason = undefined;
      expect(await get('/ready?x=1')).toEqual([200, 'ready\n']);
      expect((await get('/metrics'))[1]).toContain('perch_tenant_lookups_total{outcome="loaded",process="test"} 1');
      const [told, shown] = await get('/status');
      expect([told, JSON.parse(shown)]).toMatchObject([200, { state: 'ready', process: 'test', pid: 1, counts: {} }]);
      expect((await get('/other'))[0]).toBe(404);
      expect((await get('/live', 'POST'))[0]).toBe(405);
    } finally {
      await admin.close();
    }
  });

  it('says that its port is taken', async () => {
    const options = {
      notReadyReason: () => undefined,
      renderMetrics: async () => ({ contentType: 'text/plain', body: '' }),
      status,
    };
    const first = await startAdminServer({ port: 0, ...options });
    await expect(startAdminServer({ port: first.port, ...options })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.close();
  });
});
