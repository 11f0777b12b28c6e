import { RequestSignal } from './request-signal.js';

describe('RequestSignal', () => {
  it('aborts once, with the first reason, and tells each listener once', () => {
    const signal = new RequestSignal();
    const told: string[] = [];
    const [first, second] = [new Error('first'), new Error('second')];
    const removed = () => told.push('removed');
    signal.addEventListener('abort', () => told.push('one'));
    signal.addEventListener('abort', removed);
    signal.addEventListener('abort', () => told.push('two'));
    signal.removeEventListener('abort', removed);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    signal.abort(first);
    signal.abort(second);
    expect([signal.aborted, signal.reason, told]).toEqual([true, first, ['one', 'two']]);
  });
});
