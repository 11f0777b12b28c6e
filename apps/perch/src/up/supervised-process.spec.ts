import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { SupervisedProcess } from './supervised-process.js';

/** What a plane does, in ten lines: its first word says how it goes. */
const program = `
import http from 'node:http';
const [, , name, port] = process.argv;
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
if (name === 'refuses') { console.error('no port for me'); process.exit(3); }
if (name === 'never') setInterval(() => {}, 1000);
else http.createServer((request, response) => {
  response.end('ok');
  if (request.url === '/die') process.exit(7);
}).listen(Number(port), '127.0.0.1');
`;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch supervised '));
const file = path.join(dir, 'plane.mjs');
fs.writeFileSync(file, program);
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function supervise(name: string) {
  const port = await freePort();
  const notices: string[] = [];
  const plane = new SupervisedProcess({
    name,
    program: file,
    args: [String(port)],
    env: {},
    logDir: path.join(dir, 'logs'),
    readyUrl: `http://127.0.0.1:${port}/ready`,
    onNotice: (notice) => notices.push(notice),
  });
  return { plane, port, notices };
}

const never = () => new AbortController().signal;
const answers = (port: number, at = '/') =>
  fetch(`http://127.0.0.1:${port}${at}`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('a supervised process', () => {
  test('that ends before it is ready stops the start with its words, and only those of this start', async () => {
    const { plane } = await supervise('refuses');
    fs.mkdirSync(path.dirname(plane.logFile), { recursive: true });
    fs.writeFileSync(plane.logFile, 'words of an earlier run\n');
    const error: unknown = await plane.start(never()).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('no port for me');
    expect(String(error)).not.toContain('earlier run');
  });

  test('that never becomes ready is waited for no longer than its start is wanted', async () => {
    const { plane } = await supervise('never');
    const interrupt = new AbortController();
    const starting = plane.start(interrupt.signal);
    interrupt.abort();
    await expect(starting).rejects.toBe(interrupt.signal.reason);
    await plane.stop();
  });

  test('that dies is started again and said so, and stays stopped when stopped', async () => {
    const { plane, port, notices } = await supervise('works');
    await plane.start(never());
    await answers(port, '/die');
    for (let tries = 0; tries < 100 && (notices.length === 0 || !(await answers(port))); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(notices).toEqual([expect.stringContaining('works ended (status 7), starting it again')]);
    expect(await answers(port)).toBe(true);
    await plane.stop();
    expect(await answers(port)).toBe(false);
  });
});
