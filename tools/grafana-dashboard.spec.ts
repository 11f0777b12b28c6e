/** docs/grafana-dashboard.json asks for metrics and labels that there are, in queries that Prometheus can read. */
import fs from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { createMetrics, type MetricsSet } from '@perch/observability';
import { perchMetrics } from './testing/perch-metrics.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(fs.readFileSync(new URL('../docs/grafana-dashboard.json', import.meta.url), 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legend: legendFormat })),
);

/** Every series by its name, with the labels it can have. */
const series = new Map<string, ReadonlySet<string>>();
const ofEverything = ['process', 'instance', 'job'];
for (const set of ['data-plane', 'control-plane', 'worker'] as const satisfies readonly MetricsSet[]) {
  for (const { name, type, labels } of perchMetrics(set)) {
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes)
      series.set(name + suffix, new Set([...labels, ...ofEverything, ...(suffix === '_bucket' ? ['le'] : [])]));
  }
}
for (const { name } of createMetrics({ process: 'p' }).registry.getMetricsAsArray())
  if (!name.startsWith('perch_')) series.set(name, new Set(ofEverything));

/** What a query names, by its syntax tree. */
function namesIn(expr: string): { errors: number; metrics: string[]; labels: string[] } {
  // Grafana's own variables stand where PromQL wants a duration.
  const query = expr.replaceAll('$__rate_interval', '1m');
  const names = { errors: 0, metrics: [] as string[], labels: [] as string[] };
  parser.parse(query).iterate({
    enter(node) {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) names.errors += 1;
      else if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') names.metrics.push(text);
      else if (node.name === 'LabelName') names.labels.push(text);
    },
  });
  return names;
}

test('the parser finds names and mistakes', () => {
  expect(namesIn('sum by (a) (rate(m{b="c"}[$__rate_interval]))')).toEqual({
    errors: 0,
    metrics: ['m'],
    labels: ['a', 'b'],
  });
  expect(namesIn('sum(rate(m[5m])').errors).toBeGreaterThan(0);
});

test('it has queries, panels of their own ids, and none on top of another', () => {
  expect(queries.length).toBeGreaterThan(25);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_none, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

test.each(queries)('$title: $expr', ({ expr, legend }) => {
  const { errors, metrics, labels } = namesIn(expr);
  expect(errors).toBe(0);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((name) => !series.has(name))).toEqual([]);
  const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
  const known = new Set(metrics.flatMap((name) => [...(series.get(name) ?? [])]));
  expect([...labels, ...shown].filter((label) => !known.has(label))).toEqual([]);
});

test('every metric of ours is on it', () => {
  const asked = queries.flatMap(({ expr }) => namesIn(expr).metrics).join(' ');
  const names = (['data-plane', 'control-plane', 'worker'] as const).flatMap((set) => perchMetrics(set));
  expect(names.map(({ name }) => name).filter((name) => !asked.includes(name))).toEqual([]);
});

test('its variables ask for what there is', () => {
  const [, metric = '', label = ''] =
    /label_values\((\w+), (\w+)\)/.exec(dashboard.templating.list[1]?.definition ?? '') ?? [];
  expect(series.get(metric)?.has(label)).toBe(true);
});
