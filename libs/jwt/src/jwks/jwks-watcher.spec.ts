import type { Jwks } from '@perch/contract';
import { createJwksWatcher, type JwksWatcher } from './jwks-watcher.js';

const set = (kid: string): Jwks => ({ keys: [{ kty: 'RSA', kid }] });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a JWKS watcher', () => {
  let answers: (Jwks | Error)[];
  let fetched: string[];
  let told: [url: string, jwks: Jwks][];
  let failed: string[];
  let watcher: JwksWatcher;

  const start = (refreshIntervalMs: number, minIntervalMs: number) => {
    watcher = createJwksWatcher({
      refreshIntervalMs,
      minIntervalMs,
      fetch(url) {
        fetched.push(url);
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error || answer === undefined ? Promise.reject(answer) : Promise.resolve(answer);
      },
      onKeys: (url, jwks) => told.push([url, jwks]),
      onError: (url) => failed.push(url),
    });
  };

  beforeEach(() => {
    answers = [set('a')];
    fetched = [];
    told = [];
    failed = [];
  });
  afterEach(() => watcher.close());

  it('fetches what it is to watch, and tells only changes', async () => {
    answers = [set('a'), set('a'), set('b')];
    start(10, 10);
    await watcher.watch(['u']);
    expect(watcher.get('u')).toEqual(set('a'));
    await pause(80);
    expect(told).toEqual([
      ['u', set('a')],
      ['u', set('b')],
    ]);
  });

  it('keeps the keys it has when the key server is down, and goes on asking', async () => {
    answers = [set('a'), new Error('down'), new Error('down'), set('b')];
    start(10, 10);
    await watcher.watch(['u']);
    await pause(80);
    expect(failed).toEqual(['u', 'u']);
    expect(watcher.get('u')).toEqual(set('b'));
  });

  it('has no keys when the first attempt fails, and does not keep anybody waiting', async () => {
    answers = [new Error('down')];
    start(10_000, 10_000);
    await watcher.watch(['u']);
    expect(watcher.get('u')).toBeUndefined();
  });

  it('asks again for an unknown key, at once the first time, but not more often than it may', async () => {
    start(10_000, 50);
    await watcher.watch(['u']);
    for (let time = 0; time < 5; time += 1) watcher.unknownKid('u');
    expect(fetched).toHaveLength(2);
    await pause(60);
    for (let time = 0; time < 5; time += 1) watcher.unknownKid('u');
    watcher.unknownKid('unwatched');
    expect(fetched).toHaveLength(3);
  });

  it('leaves alone what it is no longer to watch', async () => {
    start(10, 10);
    await watcher.watch(['u', 'v']);
    await watcher.watch(['v']);
    const before = fetched.filter((url) => url === 'u').length;
    await pause(40);
    expect(fetched.filter((url) => url === 'u')).toHaveLength(before);
    expect(watcher.get('u')).toBeUndefined();
  });
});
