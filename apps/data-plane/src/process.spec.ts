/** The process itself, as an operator runs and stops it: `perch data-plane --tenants`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpStatus } from '../../../tools/testing/http-status.js';

const program = path.resolve(import.meta.dirname, '../../perch/bin/perch.mjs');

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
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [program, 'data-plane', ...args], {
      env: { PATH, HOME, PERCH_HOME: directory, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const output = { text: '' };
    child.stdout?.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
    return { child, output };
  };
  const started = async (output: { text: string }): Promise<{ http: string; admin: string }> => {
    for (let waited = 0; waited < 15_000; waited += 20) {
      const line = output.text.split('\n').find((text) => text.includes('"process-started"'));
      if (line !== undefined) return JSON.parse(line).addresses;
      await sleep(20);
    }
    throw new Error(`did not start:\n${output.text}`);
  };

  it('answers every request that it accepted when it is told to stop', async () => {
    const { child, output } = start(['--tenants', file, '--port', '0']);
    const { http: url, admin } = await started(output);
    expect(await httpStatus(`${admin}/ready`)).toBe(200);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const counts = { answered: 0, refused: 0, lost: [] as unknown[] };
    let leaving = false;
    const preflight = () =>
      new Promise<boolean>((resolve) => {
        const headers = { origin: 'http://o', 'access-control-request-method': 'GET' };
        const request = http.request(`${url}/t`, { method: 'OPTIONS', agent, headers }, (response) => {
          response.resume().once('end', () => {
            counts.answered += 1;
            resolve(true);
          });
        });
        request.once('error', (error: NodeJS.ErrnoException) => {
          if (leaving && error.code === 'ECONNREFUSED') counts.refused += 1;
          else counts.lost.push(error);
          resolve(false);
        });
        request.end();
      });
    const clients = Array.from({ length: 8 }, async () => {
      while (await preflight());
    });
    await sleep(200);
    leaving = true;
    child.kill('SIGTERM');
    const [exitCode] = await once(child, 'exit');
    await Promise.all(clients);
    agent.destroy();
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
