/** docs/metrics.md has every metric that there is, with its type and labels, and none that there is not. */
import fs from 'node:fs';
import { createMetrics, type MetricsSet } from '@perch/observability';
import { perchMetrics } from './testing/perch-metrics.js';

const page = fs.readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8');

function documented(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(perch_\w+)` \| (\w+) \|([^|]*)\|/gm)]
    .map(([, name, type, labels = '']) => `${name} ${type} ${labels.replaceAll(/[`\s]/g, '')}`.trim())
    .sort();
}

test.each([
  ['data-plane', 'Data plane'],
  ['control-plane', 'Control plane'],
  ['worker', 'Worker'],
] as const)('the metrics of the %s are documented', (set: MetricsSet, heading) => {
  const everywhere = documented('Every process');
  expect(everywhere.length).toBeGreaterThan(0);
  const registered = perchMetrics(set).map(({ name, type, labels }) => `${name} ${type} ${labels.join(',')}`.trim());
  expect(registered.sort()).toEqual([...documented(heading), ...everywhere].sort());
});

test('names of node itself that the page mentions exist', () => {
  const names = new Set(
    createMetrics({ process: 'p' })
      .registry.getMetricsAsArray()
      .map(({ name }) => name),
  );
  const mentioned = [...page.matchAll(/`((?:process|nodejs)_\w+)`/g)].map(([, name = '']) => name);
  expect(mentioned.length).toBeGreaterThan(4);
  expect(mentioned.filter((name) => !names.has(name))).toEqual([]);
});
