/**
 * The port through which a process reports traces: spans of what it did, when, and for whom. Plain data only; what a span
 * becomes is the implementation's business. Where tracing is off there is no tracer at all, so that it costs nothing.
 */

export type SpanValue = string | number | boolean;
export type SpanAttributes = Readonly<Record<string, SpanValue | undefined>>;

/** By which a trace goes on from another process (https://www.w3.org/TR/trace-context/). */
export interface TraceParent {
  readonly traceparent: string | undefined;
  readonly tracestate?: string | undefined;
}

export interface SpanStart {
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** Milliseconds of performance.now(). */
  readonly startedAt: number;
  /** Never a token, a password or a value of a request. */
  readonly attributes?: SpanAttributes | undefined;
}

export interface SpanFailure {
  /** A code, never a message: messages hold values. */
  readonly type: string;
}

export interface TraceSpan {
  readonly traceId: string;
  /** Header value by which another process goes on from this span. */
  readonly traceparent: string;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  child(name: string, start: SpanStart): TraceSpan;
  /** @param endedAt milliseconds of performance.now() */
  end(endedAt: number, failure?: SpanFailure): void;
}

export interface Tracer {
  /** Whether the text of SQL statements belongs into spans; values never do. */
  readonly withStatements: boolean;
  /** The first span of this process in a trace; undefined when the sampler leaves it out. */
  begin(name: string, parent: TraceParent, start: SpanStart): TraceSpan | undefined;
  /** Runs `work`, and whatever it begins, with `span` as the current one. */
  within<T>(span: TraceSpan, work: () => T): T;
  /** The span that the caller runs within. */
  readonly current: TraceSpan | undefined;
  /** Sends what is left, for a few seconds at most. Never throws. */
  stop(): Promise<void>;
}
