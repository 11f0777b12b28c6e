import { jest } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { listen, type ChannelListener } from './listen.js';

describe('a channel', () => {
  let database: TestDatabase;
  let listener: ChannelListener | undefined;
  let heard: string[];

  const start = (databaseUrl = database.url) => {
    listener = listen({
      databaseUrl,
      channel: 'Odd "channel"',
      onPayload: (payload) => void heard.push(payload),
      onListening: () => void heard.push('(listening)'),
      onLost: (reason) => void heard.push(`(lost: ${reason})`),
      firstRetryMs: 5,
      maxRetryMs: 20,
    });
  };
  const until = async (count: number) => {
    for (let waited = 0; heard.length < count; waited += 5) {
      if (waited > 5_000) throw new Error(`only ${JSON.stringify(heard)}`);
      await sleep(5);
    }
  };
  const send = (payload: string) => database.query('select pg_notify($1, $2)', ['Odd "channel"', payload]);
  const listeners = async () => {
    const { rows } = await database.query(
      `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    return rows.map(({ pid }) => pid as number);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    heard = [];
  });
  afterEach(() => listener?.stop());

  it('is heard, other channels are not', async () => {
    start();
    await until(1);
    await database.query('notify other, $$x$$');
    await send('one');
    await send('');
    await until(3);
    expect(heard).toEqual(['(listening)', 'one', '']);
  });

  it('is listened to again when the connection was lost', async () => {
    start();
    await until(1);
    await database.query('select pg_terminate_backend($1)', await listeners());
    await until(3);
    await send('two');
    await until(4);
    expect(heard).toEqual([
      '(listening)',
      '(lost: terminating connection due to administrator command)',
      '(listening)',
      'two',
    ]);
  });

  it('is tried again and again while there is no server, and let go when stopped', async () => {
    start('postgres://nobody@127.0.0.1:1/nowhere');
    await until(3);
    expect(heard[0]).toMatch(/^\(lost: .*ECONNREFUSED/);
    await listener?.stop();
    const { length } = heard;
    await sleep(50);
    expect(heard).toHaveLength(length);
  });

  it('holds nobody up who stops while it connects', async () => {
    const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    start(`postgres://nobody@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/nowhere`);
    const [socket] = await once(silent, 'connection');
    const stopped = listener?.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, sleep(1_000)])).toBe('stopped');
    socket.destroy();
    silent.close();
  });

  it('holds nobody up who stops while the server says nothing', async () => {
    const welcome = Buffer.from('R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I', 'latin1');
    const asked: string[] = [];
    let ended: Promise<unknown> | undefined;
    const silent = net.createServer((socket) => {
      ended = once(socket, 'close');
      socket.once('data', () => socket.write(welcome));
      socket.on('data', (bytes) => asked.push(bytes.toString('latin1')));
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    start(`postgres://nobody@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/nowhere`);
    for (let waited = 0; asked.length < 2 && waited < 5_000; waited += 5) await sleep(5);
    expect(asked[1]).toContain('listen ');
    const stopped = listener?.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, sleep(3_000, undefined, { ref: false })])).toBe('stopped');
    await ended;
    expect(heard).toEqual([]);
    silent.close();
  });

  it('keeps nothing of a connection that was lost', async () => {
    const added = jest.spyOn(AbortSignal.prototype, 'addEventListener');
    const removed = jest.spyOn(AbortSignal.prototype, 'removeEventListener');
    start();
    for (let lost = 0; lost < 5; lost += 1) {
      await until(1 + 2 * lost);
      await database.query('select pg_terminate_backend($1)', await listeners());
    }
    await until(11);
    // Only what the open connection needs to hear of.
    expect(added.mock.calls.length - removed.mock.calls.length).toBe(1);
    added.mockRestore();
    removed.mockRestore();
  });

  it('costs no connection any more when stopped', async () => {
    start();
    await until(1);
    expect(await listeners()).toHaveLength(1);
    await listener?.stop();
    for (let waited = 0; (await listeners()).length > 0 && waited < 2_000; waited += 10) await sleep(10);
    expect(await listeners()).toEqual([]);
  });
});
