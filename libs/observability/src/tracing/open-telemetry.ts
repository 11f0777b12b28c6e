/**
 * The tracer port over the OpenTelemetry SDK: spans in, OTLP over HTTP out. Nothing else may import this file but
 * `start-tracing.ts`, on demand: the SDK takes some 20 MB that a process without tracing should not pay.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer as SdkTracer,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Observer } from '../observer.js';
import type { TracingOptions } from './start-tracing.js';
import type { SpanAttributes, SpanStart, TraceParent, Tracer, TraceSpan } from './tracer.js';

/** Milliseconds in which a process that leaves may still send spans. */
const STOP_WITHIN_MS = 3_000;

const kinds: Readonly<Record<SpanStart['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** @param process as in `startTracing` */
export function createOpenTelemetryTracer(options: TracingOptions, process: string, observer: Observer): Tracer {
  setGlobalErrorHandler((error) => {
    const reason = error instanceof Error ? error.message : String(error);
    observer.note({ kind: 'message', level: 'warn', text: 'Traces could not be sent', fields: { reason } });
  });
  const exporter = options.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': `perch-${process}`, 'perch.process': process }))
      .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const sdk = provider.getTracer('perch');
  const current = new AsyncLocalStorage<TraceSpan>();
  const propagator = new W3CTraceContextPropagator();

  return {
    withStatements: options.withStatements,
    begin(name, parent, start) {
      const within = propagator.extract(ROOT_CONTEXT, carrierOf(parent), defaultTextMapGetter);
      // One offset for the whole trace: spans fit into each other to the fraction of a millisecond.
      const clock: Clock = { sdk, epochOffsetMs: Date.now() - performance.now() };
      const span = startSpan(clock, name, start, within);
      return span.isRecording() ? new OpenSpan(clock, span) : undefined;
    },
    within: (span, work) => current.run(span, work),
    get current() {
      return current.getStore();
    },
    async stop() {
      // The exporter tries for longer, and would hold up a process that is to leave.
      const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

interface Clock {
  readonly sdk: SdkTracer;
  /** Milliseconds from performance.now() to the time of day. */
  readonly epochOffsetMs: number;
}

class OpenSpan implements TraceSpan {
  constructor(
    private readonly clock: Clock,
    private readonly span: Span,
  ) {}

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(present(attributes));
  }

  child(name: string, start: SpanStart): TraceSpan {
    return new OpenSpan(this.clock, startSpan(this.clock, name, start, trace.setSpan(ROOT_CONTEXT, this.span)));
  }

  end(endedAt: number, failure?: { readonly type: string }): void {
    if (failure !== undefined) {
      this.span.setAttribute('error.type', failure.type);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end(endedAt + this.clock.epochOffsetMs);
  }
}

function startSpan({ sdk, epochOffsetMs }: Clock, name: string, start: SpanStart, within: Context): Span {
  const attributes = present(start.attributes ?? {});
  const startTime = start.startedAt + epochOffsetMs;
  return sdk.startSpan(name, { kind: kinds[start.kind], startTime, attributes }, within);
}

/** Header names as the propagator looks for them. */
function carrierOf({ traceparent, tracestate }: TraceParent): Record<string, string> {
  return {
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

function present(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
