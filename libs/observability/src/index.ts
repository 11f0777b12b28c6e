export type { ErrorKind, Observation, RequestObservation } from './observation.js';
export { combineObservers, silentObserver, type Observer } from './observer.js';
export { redactText, redactValue } from './redact.js';
export { createLogger, logLevels, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { createLogObserver } from './log-observer.js';
export {
  addUpCounts,
  createMetrics,
  renderTogether,
  type Metrics,
  type MetricsOptions,
  type MetricsSet,
  type MetricsSnapshot,
  type RenderedMetrics,
} from './metrics.js';
export type { ProcessCounts } from './process-metrics.js';
export {
  createStatusKeeper,
  mergeStatuses,
  processStatusSchema,
  type FeedStatus,
  type LastError,
  type ProcessStatus,
  type StatusKeeper,
} from './process-status.js';
export { productVersion } from './product-version.js';
export { startAdminServer, type AdminServer, type AdminServerOptions } from './admin-server.js';
export { startTracing, type TracingOptions } from './tracing/start-tracing.js';
export type {
  SpanAttributes,
  SpanFailure,
  SpanStart,
  SpanValue,
  TraceParent,
  Tracer,
  TraceSpan,
} from './tracing/tracer.js';
