import { EventEmitter } from 'node:events';
import { Calls, type Channel, type Handler } from './calls.js';

/** Two ends of a channel that passes JSON on, as Node's does. */
function channels(): readonly [Channel, Channel] {
  const [left, right] = [new EventEmitter(), new EventEmitter()];
  const end = (mine: EventEmitter, other: EventEmitter): Channel => ({
    send: (message) => void setImmediate(() => other.emit('message', JSON.parse(JSON.stringify(message)))),
    listen: (receive) => void mine.on('message', receive),
  });
  return [end(left, right), end(right, left)];
}

const pair = (handlers: Record<string, Handler>) => {
  const [left, right] = channels();
  return [new Calls(left, {}), new Calls(right, handlers)] as const;
};

describe('calls between processes', () => {
  it('bring each its own answer', async () => {
    const [caller] = pair({ double: async (value) => Number(value) * 2, nothing: () => undefined });
    expect(await Promise.all([1, 2, 3].map((value) => caller.call('double', value, 5_000)))).toEqual([2, 4, 6]);
    expect(await caller.call('nothing', undefined, 5_000)).toBeUndefined();
  });

  it('are given up when no answer comes, and when the other side is gone', async () => {
    const [caller] = pair({
      fails() {
        throw new Error('no');
      },
    });
    await expect(caller.call('fails', 1, 20)).rejects.toMatchObject({ code: 'worker.no-answer' });
    const waiting = caller.call('fails', 1, 60_000);
    caller.end();
    await expect(waiting).rejects.toMatchObject({ code: 'worker.no-answer' });
  });

  it('leave alone what else is sent over the channel', async () => {
    const [left, right] = channels();
    const caller = new Calls(left, {});
    new Calls(right, { yes: () => true });
    right.send({ perch: 'connection' });
    right.send({ perch: 'answer', id: 99, answer: 1 });
    expect(await caller.call('yes', undefined, 5_000)).toBe(true);
  });
});
