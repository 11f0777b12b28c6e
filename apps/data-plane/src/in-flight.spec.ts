import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Exchange } from './exchange.js';
import { InFlight } from './in-flight.js';

function begin(inFlight: InFlight, id: string, startedAt = 0) {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  return inFlight.add(new Exchange(id, 'GET', () => startedAt), response);
}

function idsOf(inFlight: InFlight): readonly string[] {
  const ids: string[] = [];
  inFlight.forEach(({ exchange }) => ids.push(exchange.id));
  return ids.sort();
}

describe('requests in flight', () => {
  it.each([
    ['the first', [0], ['b', 'c', 'd']],
    ['the last', [3], ['a', 'b', 'c']],
    ['one that took the place of another', [0, 3], ['b', 'c']],
    ['all, in any order', [2, 0, 3, 1], []],
  ])('are what remains when %s ended', (_, ended, remaining) => {
    const inFlight = new InFlight(
      60_000,
      () => 0,
      () => undefined,
    );
    const underway = ['a', 'b', 'c', 'd'].map((id) => begin(inFlight, id));
    for (const at of ended) {
      const one = underway[at];
      if (one !== undefined) inFlight.remove(one);
    }
    expect([idsOf(inFlight), inFlight.size]).toEqual([remaining, remaining.length]);
    inFlight.stop();
  });

  it('are told of when their deadline has passed, and no others', async () => {
    const late: string[] = [];
    const now = () => 100;
    const inFlight = new InFlight(20, now, ({ id }) => late.push(id));
    begin(inFlight, 'old', 79);
    begin(inFlight, 'due', 80);
    begin(inFlight, 'new', 81);
    while (late.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight.stop();
    expect([...new Set(late)].sort()).toEqual(['due', 'old']);
  });
});
