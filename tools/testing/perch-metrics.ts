/** Every metric that a kind of process registers, as its registry knows it: what documents and dashboards are checked against. */
import { createMetrics, type MetricsSet } from '@perch/observability';

export interface KnownMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** The states that each kind of process can count; its start hands them to `show`. */
const counts = {
  'data-plane': { tenantsLoaded: 0, connectionsBusy: 0, connectionsIdle: 0, connectionWaiters: 0, requestsInFlight: 0 },
  'control-plane': { feedConnections: 0 },
  worker: {},
} as const;

export function perchMetrics(set: MetricsSet): KnownMetric[] {
  const metrics = createMetrics({ process: set, set, runtimeMetrics: false });
  metrics.show(() => counts[set]);
  return metrics.registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    type: String(metric.type),
    // Not in the library's types; its objects have it.
    labels: (metric as unknown as { labelNames: readonly string[] }).labelNames.filter((label) => label !== 'process'),
  }));
}
