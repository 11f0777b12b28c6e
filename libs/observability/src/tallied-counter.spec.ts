import { Registry } from 'prom-client';
import { createTalliedCounter } from './tallied-counter.js';

describe('a tallied counter', () => {
  it('shows all increments, each once, however often somebody looks', async () => {
    const registry = new Registry();
    const counter = createTalliedCounter(registry, 'things_total', 'Things', ['kind']);
    const [red, blue] = [counter.series({ kind: 'red' }), counter.series({ kind: 'blue' })];
    red.added += 2;
    red.added += 0.5;
    expect(await registry.metrics()).toContain('things_total{kind="red"} 2.5');
    expect(await registry.metrics()).not.toContain('blue');
    blue.added += 1;
    red.added += 1;
    const text = await registry.metrics();
    expect(text).toContain('things_total{kind="red"} 3.5');
    expect(text).toContain('things_total{kind="blue"} 1');
    expect(await registry.metrics()).toBe(text);
  });

  it('shows 0 of what has no labels, before anything happened', async () => {
    const registry = new Registry();
    createTalliedCounter(registry, 'bytes_total', 'Bytes', []).series({});
    expect(await registry.metrics()).toContain('bytes_total 0');
  });
});
