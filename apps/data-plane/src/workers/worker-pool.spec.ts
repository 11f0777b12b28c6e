/** Connections and the workers that get them, with real processes that do nothing else. */
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerPool } from './worker-pool.js';

/** Answers a connection with its process id. */
const program = `
process.on('message', (message, socket) => {
  if (socket !== undefined) socket.end(String(process.pid));
  else if (message.method === 'leave') process.exit(0);
});
process.on('disconnect', () => process.exit(1));
process.send({ perch: 'call', id: 1, method: 'ready' });
`;

describe('a pool of workers', () => {
  let directory: string;
  let pool: WorkerPool;
  let acceptor: net.Server;
  let lost: number[];
  /** The machine has no process for the next worker, and says so behind the call, or in it. */
  let noneToBeHad: 'later' | 'at once' | undefined;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'perch-pool-'));
    const file = path.join(directory, 'worker.mjs');
    await fs.writeFile(file, program);
    lost = [];
    noneToBeHad = undefined;
    pool = new WorkerPool({
      workers: 1,
      start() {
        const refusal = noneToBeHad;
        noneToBeHad = undefined;
        if (refusal === 'at once') throw new RangeError('no memory');
        const execPath = refusal === 'later' ? path.join(directory, 'none') : process.execPath;
        const child = fork(file, { execArgv: [], execPath });
        children.push(child);
        return child;
      },
      handlers: {},
      onStarted: () => undefined,
      onGone: () => undefined,
      onLost: ({ workerPid }) => lost.push(workerPid),
      stopTimeoutMs: 5_000,
    });
    acceptor = net.createServer({ pauseOnConnect: true }, (socket) => pool.hand(socket));
    await new Promise<void>((resolve) => acceptor.listen(0, '127.0.0.1', resolve));
    await pool.start();
  });
  afterEach(async () => {
    acceptor.close();
    await pool.stop();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await fs.rm(directory, { recursive: true });
  });

  /** Who answers a new connection. */
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const address = acceptor.address();
      if (address === null || typeof address === 'string') return reject(new TypeError('it does not listen'));
      let text = '';
      const socket = net.connect(address.port, '127.0.0.1');
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.once('end', () => resolve(Number(text)));
      socket.once('error', reject);
    });

  it('gives a connection to the worker', async () => {
    expect(await ask()).toBe(children[0]?.pid);
  });

  it('gives a connection that the only worker cannot take any more to the one that replaces it', async () => {
    children[0]?.disconnect();
    expect(await ask()).toBe(children[1]?.pid);
    expect(lost).toEqual([children[0]?.pid]);
  });

  it.each(['later', 'at once'] as const)(
    'tries again when no process was to be had for the one that replaces it (told %s)',
    async (when) => {
      noneToBeHad = when;
      children[0]?.kill('SIGKILL');
      while (lost.length < 2) await sleep(10);
      expect(await ask()).toBe(children.at(-1)?.pid);
      expect(lost).toEqual([children[0]?.pid, 0]);
    },
  );
});
