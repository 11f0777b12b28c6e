/** The process itself, as an operator runs and stops it: `perch data-plane --tenants`. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpStatus } from '../../../tools/testing/http-status.js';
import { spawnDataPlane, startPreflights } from '../test/spawned.js';

describe('perch data-plane', () => {
  let directory: string;
  let file: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-process-'));
    file = path.join(directory, 'tenants.json');
    // OPTIONS of CORS needs no database, so that this spec is about the process and nothing else.
    await fs.writeFile(
      file,
      JSON.stringify([{ name: 'a', hostnames: ['127.0.0.1'], database_url: 'postgres://nowhere' }]),
    );
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await fs.rm(directory, { recursive: true });
  });

  const start = (args: readonly string[], env: Record<string, string> = {}) => {
    const spawned = spawnDataPlane(args, { PERCH_HOME: directory, ...env });
    children.push(spawned.child);
    return spawned;
  };

  it('answers every request that it accepted when it is told to stop', async () => {
    const { child, output, started } = start(['--tenants', file, '--port', '0']);
    const { http: url, admin } = await started();
    expect(await httpStatus(`${admin}/ready`)).toBe(200);
    const { counts, leaving, ended } = startPreflights(url, 8);
    for (let waited = 0; counts.answered <= 50 && waited < 10_000; waited += 10) await sleep(10);
    leaving();
    child.kill('SIGTERM');
    const [exitCode] = await once(child, 'exit');
    await ended;
    expect(counts.lost).toEqual([]);
    expect(counts.answered).toBeGreaterThan(50);
    expect(counts.refused).toBe(8);
    expect(exitCode).toBe(0);
    expect(output.text).toContain('"abandonedRequests":0');
  });

  it('says all that is wrong with its options and environment, and ends with status 2', async () => {
    const { child, output } = start(['--port', 'x', '--what'], { PERCH_PORT_BASE: 'y' });
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(2);
    for (const problem of ["unknown option '--what'", '--port:', 'PERCH_PORT_BASE:', 'PERCH_FLEET_TOKEN:'])
      expect(output.text).toContain(problem);
  });

  it('says all that is wrong with its tenants file, and does not start', async () => {
    await fs.writeFile(file, JSON.stringify([{ name: 'a', hostnames: ['h'], settings: { x: 1 } }]));
    const { child, output } = start(['--tenants', file, '--port', '0']);
    const [exitCode] = await once(child, 'close');
    expect(exitCode).not.toBe(0);
    expect(output.text).toContain("tenant 'a': settings: unknown setting 'x'");
    expect(output.text).toContain("tenant 'a': database_url: ");
  });

  it('says which port is taken and what to do', async () => {
    const server = http.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, output } = start(['--tenants', file, '--port', String(port)]);
    const [exitCode] = await once(child, 'close');
    server.close();
    expect(exitCode).not.toBe(0);
    expect(output.text).toContain(`port ${port} on 127.0.0.1 is taken`);
    expect(output.text).toContain('--port');
  });
});
