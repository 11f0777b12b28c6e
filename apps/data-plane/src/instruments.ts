/** What a process tells of itself: its log and its metrics. */
import {
  combineObservers,
  createLogger,
  createLogObserver,
  createMetrics,
  type Metrics,
  type Observer,
} from '@perch/observability';
import type { DataPlaneConfig } from './config.js';

export interface Instruments {
  readonly observer: Observer;
  readonly metrics: Metrics;
}

export function createInstruments({ logLevel, metricsTenants: maxTenants }: DataPlaneConfig): Instruments {
  const metrics = createMetrics({ process: 'data-plane', set: 'data-plane', maxTenants });
  const logger = createLogger({ name: 'data-plane', level: logLevel });
  return { observer: combineObservers(createLogObserver(logger), metrics.observer), metrics };
}
