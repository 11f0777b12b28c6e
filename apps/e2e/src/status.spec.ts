/** `perch status` beside real processes: ready ones, missing ones, one without its control plane, one of several workers. */
import fs from 'node:fs';
import http from 'node:http';
import { perchMetrics } from '../../../tools/testing/perch-metrics.js';
import { end, eventually, findPortBase, makeHome, spawnPerch, startPerch } from './harness/perch-process.js';
import { startProxy } from './harness/proxy-process.js';

interface Seen {
  readonly at: string;
  readonly state: string;
  readonly process?: string;
  readonly version?: string;
  readonly reason?: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly feed?: { readonly state: string };
  readonly last_error?: { readonly text: string };
  readonly workers?: number;
}

async function status(args: readonly string[], env: Record<string, string> = {}) {
  const { child, output } = spawnPerch(['status', ...args], env);
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, text: output() };
}
const seen = (text: string) => JSON.parse(text) as Seen[];
/** Not by fetch, which refuses port 4190. */
const textOf = (url: string) =>
  new Promise<string>((resolve, reject) => {
    http
      .get(url, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.once('end', () => resolve(body));
      })
      .once('error', reject);
  });

describe('perch status', () => {
  test('shows a whole Perch, and that it is gone when it is', async () => {
    const home = makeHome();
    const base = await findPortBase();
    const env = { PERCH_HOME: home, PERCH_PORT_BASE: String(base) };
    const perch = await startPerch({ home, portBase: base });
    try {
      await (await fetch(`${perch.up.demo.data_api_url}/playing_with_neon`)).text();
      const shown = await eventually('all ready, the data plane connected', async () => {
        const answer = await status(['--json'], env);
        return seen(answer.text).some(({ feed }) => feed?.state === 'connected') ? answer : undefined;
      });
      expect(shown.code).toBe(0);
      const [controlPlane, worker, dataPlane] = seen(shown.text);
      expect(controlPlane).toMatchObject({ process: 'control-plane', state: 'ready', counts: { feedConnections: 1 } });
      expect(worker).toMatchObject({ process: 'worker', state: 'ready', at: `127.0.0.1:${base + 91}` });
      expect(dataPlane).toMatchObject({
        process: 'data-plane',
        state: 'ready',
        version: '0.1.0',
        counts: { tenantsLoaded: 1, connectionWaiters: 0 },
        feed: { state: 'connected', sequence: expect.any(Number) },
      });
      expect(
        (dataPlane?.counts?.['connectionsBusy'] ?? 0) + (dataPlane?.counts?.['connectionsIdle'] ?? 0),
      ).toBeGreaterThan(0);

      const table = await status([], env);
      expect(table.code).toBe(0);
      expect(table.text).toMatch(/^PROCESS +ADMIN +STATE +VERSION/);
      expect(table.text).toMatch(
        new RegExp(`\\ndata-plane +127\\.0\\.0\\.1:${base + 190} +ready +0\\.1\\.0 .* connected, \\d`),
      );

      // What docs/metrics.md and the dashboard were checked against is what real processes show.
      for (const [set, port] of [
        ['control-plane', base + 90],
        ['worker', base + 91],
        ['data-plane', base + 190],
      ] as const) {
        const body = await textOf(`http://127.0.0.1:${port}/metrics`);
        const names = [...body.matchAll(/^# TYPE (perch_\w+) /gm)].map(([, name]) => name).sort();
        expect([set, names]).toEqual([
          set,
          perchMetrics(set)
            .map(({ name }) => name)
            .sort(),
        ]);
      }
    } finally {
      await perch.stop();
      fs.rmSync(home, { recursive: true, force: true });
    }
    const gone = await status([], env);
    expect(gone.code).toBe(1);
    expect(gone.text.match(/unreachable/g)).toHaveLength(3);
    expect(gone.text).toContain(`worker 127.0.0.1:${base + 91}: nothing listens there`);
  }, 120_000);

  test('says that a proxy has lost its control plane, and since when', async () => {
    const home = makeHome();
    const base = await findPortBase();
    const env = { PERCH_HOME: home, PERCH_PORT_BASE: String(base), PERCH_FLEET_TOKEN: 'a-fleet-token-of-sixteen' };
    const { child, output } = spawnPerch(['data-plane'], env);
    try {
      const [proxy] = await eventually(`a lost feed:\n${output()}`, async () => {
        const { text } = await status(['--json', '--admin', `127.0.0.1:${base + 190}`]);
        return seen(text)[0]?.feed?.state === 'lost' ? seen(text) : undefined;
      });
      expect(proxy).toMatchObject({ state: 'ready', process: 'data-plane', last_error: { text: expect.any(String) } });
      const { text } = await status(['--admin', `127.0.0.1:${base + 190}`]);
      expect(text).toMatch(/has lost the change feed: .+/);
      expect(text).toMatch(/last error \d+s ago: control plane lost: .+/);
      expect(text).not.toContain('a-fleet-token-of-sixteen');
    } finally {
      await end(child, 'SIGTERM');
      fs.rmSync(home, { recursive: true, force: true });
    }
  }, 60_000);

  test('sees several workers as one', async () => {
    const away = {
      name: 'away',
      hostnames: ['127.0.0.1'],
      database_url: 'postgres://u:hush@127.0.0.1:1/d',
      settings: { db_anon_role: 'anon' },
    };
    const proxy = await startProxy([away], {}, ['--workers', '2']);
    try {
      expect((await fetch(`${proxy.url}/notes`)).status).toBe(503);
      const admin = proxy.adminUrl.replace('http://', '');
      const { text, code } = await status(['--json', '--admin', admin]);
      expect(code).toBe(0);
      expect(seen(text)).toMatchObject([
        { process: 'data-plane', workers: 2, counts: { tenantsLoaded: expect.any(Number), requestsInFlight: 0 } },
      ]);
      expect(seen(text)[0]?.last_error?.text).toMatch(/away/);
      expect(text).not.toContain('hush');
      expect((await status(['--admin', admin])).text).toContain('data-plane (2 workers)');
    } finally {
      await proxy.stop();
    }
  }, 60_000);

  test('says what it cannot read', async () => {
    const server = http.createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, text } = await status(['--admin', `127.0.0.1:${port}`]);
    server.close();
    expect([code, text]).toEqual([1, expect.stringContaining('its answer is not a status of Perch')]);
    const wrong = await status(['--admin', 'nonsense', '--what']);
    expect(wrong.code).toBe(2);
  });
});
