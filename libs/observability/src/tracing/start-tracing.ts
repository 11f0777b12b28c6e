/** The tracer of a process, if it is to have one: OpenTelemetry is loaded then, and only then. */
import type { Observer } from '../observer.js';
import type { Tracer } from './tracer.js';

/** What an app's config.ts read; the rest of `OTEL_*` the SDK reads itself. */
export interface TracingOptions {
  readonly enabled: boolean;
  /** Encoding of what is sent by OTLP over HTTP. */
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Whether the text of SQL statements belongs into spans. */
  readonly withStatements: boolean;
}

/** @param process name of the process, which makes up `service.name` where OTEL_SERVICE_NAME gives none. */
export async function startTracing(
  options: TracingOptions,
  process: string,
  observer: Observer,
): Promise<Tracer | undefined> {
  if (!options.enabled) return undefined;
  const { createOpenTelemetryTracer } = await import('./open-telemetry.js');
  return createOpenTelemetryTracer(options, process, observer);
}
