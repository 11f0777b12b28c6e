/** What goes on when parts are gone: the control plane stopped, the worker killed at any step of its work. */
import fs from 'node:fs';
import path from 'node:path';
import { callApi, createProject } from './harness/management.js';
import { eventually, findPortBase, makeHome, startPerch, type PerchProcess } from './harness/perch-process.js';

/** Process numbers of children whose command line names the plane and this home. */
function processesOf(plane: string, home: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const args = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return args.includes(plane) && environment.includes(`PERCH_HOME=${home}`);
      } catch {
        return false;
      }
    });
}

const onLinux = fs.existsSync('/proc/self/cmdline') ? describe : describe.skip;

onLinux('outages', () => {
  let home: string;
  let portBase: number;
  let perch: PerchProcess;

  beforeAll(async () => {
    home = makeHome();
    portBase = await findPortBase();
    perch = await startPerch({ home, portBase });
  }, 90_000);
  afterAll(async () => {
    await perch?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  test('loaded tenants keep answering while the control plane is gone, unknown ones are told to come back', async () => {
    const rows = `${perch.up.demo.data_api_url}/playing_with_neon?limit=1`;
    const ask = (url: string) => fetch(url, { signal: AbortSignal.timeout(10_000) });
    expect((await ask(rows)).status).toBe(200);
    const [pid] = processesOf('control-plane', home);
    expect(pid).toBeDefined();
    // Frozen rather than killed, so that the supervisor does not bring it back at once.
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      for (let i = 0; i < 20; i += 1) expect((await ask(rows)).status).toBe(200);
      const unknown = await ask(`${perch.up.data_plane_url}/ep-calm-fern-a1b2c3d4/db/rest/v1/t`);
      expect(unknown.status).toBe(503);
      expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
  }, 60_000);

  test('a control plane killed for good comes back, and changes reach the fleet again', async () => {
    const [pid] = processesOf('control-plane', home);
    process.kill(pid ?? 0, 'SIGKILL');
    const project = await eventually('a project created', () =>
      createProject(perch.up, 'after-the-crash').catch(() => undefined),
    );
    const { body } = await callApi(
      perch.up,
      'POST',
      `/projects/${project.id}/branches/${project.branchId}/data-api`,
      {},
    );
    await eventually('its data API answers', async () =>
      (await fetch(`${body.url}/`)).status < 500 ? true : undefined,
    );
  }, 60_000);
});

onLinux('kill -9 of the worker', () => {
  let home: string;

  beforeEach(() => (home = makeHome()));
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  test('at any step of the provisioning: after the restart the job completes, once', async () => {
    const portBase = await findPortBase();
    const crashFile = path.join(home, 'crash-at');
    const perch = await startPerch({ home, portBase, env: { PERCH_TEST_CRASH_FILE: crashFile } });
    try {
      const steps = await provisioningSteps(perch);
      expect(steps.length).toBeGreaterThan(3);
      const projects = await Promise.all(steps.map((step) => createProject(perch.up, `crash at ${step}`)));
      for (const [index, project] of projects.entries()) {
        const step = steps[index] ?? '';
        fs.writeFileSync(crashFile, step);
        const dataApi = `/projects/${project.id}/branches/${project.branchId}/data-api`;
        await callApi(perch.up, 'POST', dataApi, {});
        const url = await eventually(`active after a crash at '${step}'`, async () => {
          const { body } = await callApi(perch.up, 'GET', dataApi);
          return body.status === 'active' ? (body.url as string) : undefined;
        });
        expect(fs.existsSync(crashFile)).toBe(false);
        await eventually('it answers', async () => ((await fetch(`${url}/`)).status < 500 ? true : undefined));
        const runs = await eventually('its operation is finished', async () => {
          const { body } = await callApi(perch.up, 'GET', `/projects/${project.id}/operations`);
          const all = body.operations.filter((one: { action: string }) => one.action === 'apply_config');
          return all.every((one: { status: string }) => one.status === 'finished') ? all : undefined;
        });
        expect(runs).toHaveLength(1);
      }
    } finally {
      await perch.stop();
    }
  }, 240_000);
});

/** The steps of the demo's own provisioning, as its operation tells them. */
async function provisioningSteps(perch: PerchProcess): Promise<string[]> {
  const { body } = await callApi(perch.up, 'GET', `/projects/${perch.up.demo.project_id}/operations`);
  const operation = body.operations.find((one: { action: string }) => one.action === 'apply_config');
  return operation.perch.steps.map((step: { name: string }) => step.name);
}
