/** `perch up` as a person meets it: a banner whose curl works, state that survives, and clear words when it cannot start. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { callApi, runSql } from './harness/management.js';
import {
  cleanEnvironment,
  end,
  findPortBase,
  makeHome,
  perchProgram,
  spawnPerch,
  startPerch,
  workspace,
  type PerchProcess,
} from './harness/perch-process.js';

const run = promisify(execFile);

describe('perch up', () => {
  let home: string;
  let portBase: number;
  let perch: PerchProcess | undefined;

  beforeAll(async () => {
    home = makeHome();
    // The default, where nobody has it: some clients refuse some of its ports.
    portBase = await findPortBase(4000);
  });
  afterEach(async () => {
    await perch?.stop();
    perch = undefined;
  });
  afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

  test('prints a curl that answers rows, and the same project and data after Ctrl-C and a new start', async () => {
    perch = await startPerch({ home, portBase });
    const first = perch.up;
    const curl = /curl '(http[^']+playing_with_neon[^']*)'/.exec(perch.output())?.[1] ?? '';
    const rows: unknown = await (await fetch(curl)).json();
    expect(rows).toHaveLength(3);
    expect(fs.statSync(path.join(home, 'up.json')).mode & 0o777).toBe(0o600);
    expect(first).toEqual({
      console_url: `http://127.0.0.1:${portBase}`,
      api_url: `http://127.0.0.1:${portBase}/api/v2`,
      data_plane_url: `http://127.0.0.1:${portBase + 100}`,
      auth_url: null,
      api_key: expect.any(String),
      demo: {
        project_id: expect.stringMatching(/^[a-z]+-[a-z]+-\d{8}$/),
        branch_id: expect.stringMatching(/^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/),
        database: expect.any(String),
        data_api_url: expect.stringMatching(/\/rest\/v1$/),
      },
    });

    expect(await perch.stop()).toBe(0);
    await expect(fetch(first.api_url)).rejects.toThrow();

    perch = await startPerch({ home, portBase });
    expect(perch.up).toEqual(first);
    expect(await (await fetch(curl)).json()).toEqual(rows);
    const { body } = await callApi(perch.up, 'GET', '/projects');
    expect(body.projects).toHaveLength(1);
  }, 120_000);

  test('starts again when the demo was suspended before it was stopped', async () => {
    perch = await startPerch({ home, portBase });
    const { project_id: projectId, branch_id: branchId, data_api_url: url } = perch.up.demo;
    const { body } = await callApi(perch.up, 'GET', `/projects/${projectId}/branches/${branchId}/endpoints`);
    const suspended = await callApi(
      perch.up,
      'POST',
      `/projects/${projectId}/endpoints/${body.endpoints[0].id}/suspend`,
    );
    expect(suspended.body.endpoint.current_state).toBe('idle');
    await perch.stop();
    perch = await startPerch({ home, portBase });
    expect((await fetch(`${url}/playing_with_neon?limit=1`)).status).toBe(200);
  }, 120_000);

  test('starts again with a demo that its user has changed, and leaves it so', async () => {
    perch = await startPerch({ home, portBase });
    const { project_id: projectId, branch_id: branchId, data_api_url: url } = perch.up.demo;
    const query = `branch_id=${branchId}&database_name=appdb&role_name=appdb_owner`;
    const { body } = await callApi(perch.up, 'GET', `/projects/${projectId}/connection_uri?${query}`);
    await runSql(body.uri, 'ALTER TABLE playing_with_neon RENAME COLUMN value TO score; DELETE FROM playing_with_neon');
    await perch.stop();
    perch = await startPerch({ home, portBase });
    expect(await (await fetch(`${url}/playing_with_neon?select=score`)).json()).toEqual([]);
    await runSql(body.uri, 'ALTER TABLE playing_with_neon RENAME COLUMN score TO value');
    expect(
      (await run(process.execPath, [perchProgram, 'demo'], { env: cleanEnvironment({ PERCH_HOME: home }) })).stderr,
    ).toBe('');
    expect(await (await fetch(`${url}/playing_with_neon?select=value`)).json()).toHaveLength(10);
  }, 120_000);

  test('starts with another API key when its own was revoked, and the former one stays so', async () => {
    perch = await startPerch({ home, portBase });
    const before = perch.up;
    const { body: keys } = await callApi(before, 'GET', '/api_keys');
    expect((await callApi(before, 'DELETE', `/api_keys/${keys[0].id}`)).body.revoked).toBe(true);
    await perch.stop();
    perch = await startPerch({ home, portBase });
    expect(perch.up).toEqual({ ...before, api_key: expect.any(String) });
    expect((await callApi(perch.up, 'GET', '/users/me')).status).toBe(200);
    expect((await callApi(before, 'GET', '/users/me')).status).toBe(401);
  }, 120_000);

  test('after kill -9 of the supervisor the next start finds nothing in its way', async () => {
    perch = await startPerch({ home, portBase });
    const before = perch.up;
    await perch.killHard();
    perch = await startPerch({ home, portBase });
    expect(perch.up).toEqual(before);
    const answer = await fetch(`${before.demo.data_api_url}/playing_with_neon?limit=1`);
    expect(answer.status).toBe(200);
  }, 120_000);

  test('a second one in the same home says who has it and what to do', async () => {
    perch = await startPerch({ home, portBase });
    const second = spawnPerch(['up'], { PERCH_HOME: home, PERCH_PORT_BASE: String(portBase) });
    const status = await new Promise((resolve) => second.child.once('exit', resolve));
    expect(status).toBe(1);
    expect(second.output()).toContain(`already running in ${home} (process ${perch.pid})`);
    expect(second.output()).toContain('PERCH_HOME');
  }, 60_000);

  test('a port in use is named, with the way out', async () => {
    const taken = net.createServer().listen(portBase + 100, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const other = makeHome();
    const { child, output } = spawnPerch(['up'], { PERCH_HOME: other, PERCH_PORT_BASE: String(portBase) });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    taken.close();
    fs.rmSync(other, { recursive: true, force: true });
    expect(status).toBe(1);
    expect(output()).toContain(`${portBase + 100} (dataPlane)`);
    expect(output()).toContain('PERCH_PORT_BASE');
  }, 30_000);
});

describe('the command line', () => {
  const perch = (args: string[], env: Record<string, string> = {}) =>
    run(process.execPath, [perchProgram, ...args], { env: cleanEnvironment(env) }).then(
      (done) => ({ status: 0, ...done }),
      (failed: { code: number; stdout: string; stderr: string }) => ({ ...failed, status: failed.code }),
    );

  test.each([['up'], ['control-plane'], ['worker'], ['data-plane'], ['demo']])(
    '%s --help tells what it does',
    async (name) => {
      const { status, stdout } = await perch([name, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: perch ${name}`);
    },
  );

  test('wrong options and environment values are told in one message', async () => {
    const { status, stderr } = await perch(['data-plane', '--tenant', 'x.json', '--prot=1'], {
      PERCH_PORT_BASE: 'high',
    });
    expect(status).toBe(2);
    expect(stderr).toContain("unknown option '--tenant'");
    expect(stderr).toContain("unknown option '--prot=1'");
    expect(stderr).toContain('PERCH_PORT_BASE');
    expect(stderr).not.toContain('    at ');
  });

  test('an unknown subcommand points to the help', async () => {
    const { status, stderr } = await perch(['fly']);
    expect(status).toBe(2);
    expect(stderr).toContain('perch --help');
  });

  test('npx perch works in the workspace', async () => {
    const { stdout } = await run('npx', ['perch', '--help'], { cwd: workspace, env: cleanEnvironment() });
    expect(stdout).toContain('data-plane');
  });

  test('demo without a running perch says what to start', async () => {
    const home = makeHome();
    const { status, stderr } = await perch(['demo'], { PERCH_HOME: home });
    fs.rmSync(home, { recursive: true, force: true });
    expect(status).toBe(1);
    expect(stderr).toContain('npm start');
  });
});

describe('a data plane without a control plane', () => {
  test('a tenants file with problems stops the start and names each of them', async () => {
    const home = makeHome();
    const file = path.join(home, 'tenants.json');
    const entry = { name: 'a', hostnames: ['a.example'], database_url: 'mysql://x', settings: { db_shemas: 'public' } };
    fs.writeFileSync(file, JSON.stringify([entry]));
    const { child, output } = spawnPerch(['data-plane', '--tenants', file, '--port', '0'], { PERCH_HOME: home });
    await new Promise((resolve) => child.once('exit', resolve));
    await end(child, 'SIGKILL');
    fs.rmSync(home, { recursive: true, force: true });
    expect(child.exitCode).not.toBe(0);
    expect(output()).toContain('db_shemas');
    expect(output()).toContain('postgres://');
  });
});
