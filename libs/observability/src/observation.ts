/**
 * What rooms may say about themselves: one closed union of plain data. Rooms state facts; the observers decide what
 * becomes a log line, what a metric, and what nothing. No fact holds a token, a password or a URL with one.
 */

/** Where a failed request failed; a label of every error metric. */
export type ErrorKind =
  'user' | 'auth' | 'rate-limit' | 'tenant' | 'control-plane' | 'postgres' | 'internal' | 'client-disconnect';

/** One answered (or abandoned) HTTP request of the data plane. */
export interface RequestObservation {
  readonly kind: 'request';
  readonly requestId: string;
  /** Tenant key; undefined when the address named none. */
  readonly tenant: string | undefined;
  readonly method: string;
  /** Status sent; 499 when the client went away first. */
  readonly status: number;
  /** Milliseconds from the last header byte read to the last byte handed to the socket. */
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly errorCode: string | undefined;
  readonly errorKind: ErrorKind | undefined;
  /** Of the trace that this request is in, where it is traced. */
  readonly traceId?: string | undefined;
}

export type Observation =
  | RequestObservation
  | { readonly kind: 'process-started'; readonly process: string; readonly addresses: Readonly<Record<string, string>> }
  | { readonly kind: 'process-stopping'; readonly process: string; readonly reason: string }
  | { readonly kind: 'process-stopped'; readonly process: string; readonly abandonedRequests: number }
  /** A worker process ended that nobody told to. */
  | {
      readonly kind: 'worker-lost';
      readonly slot: number;
      readonly workerPid: number;
      readonly how: string;
      readonly retryInMs: number;
    }
  /** How a request's tenant was found: in memory, by asking the source, as a known unknown, or not at all. */
  | {
      readonly kind: 'tenant-lookup';
      readonly outcome: 'hit' | 'loaded' | 'unknown' | 'unknown-cached' | 'unavailable';
    }
  | {
      readonly kind: 'tenant-loaded';
      readonly tenant: string;
      readonly version: number;
      readonly from: 'source' | 'disk';
    }
  | { readonly kind: 'tenant-dropped'; readonly tenant: string }
  | { readonly kind: 'snapshot-refused'; readonly tenant: string; readonly reason: string }
  | { readonly kind: 'snapshot-source-failed'; readonly tenant: string; readonly reason: string }
  | { readonly kind: 'control-plane-connected'; readonly sequence: number }
  | { readonly kind: 'control-plane-lost'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'disk-copy-ignored'; readonly tenant: string; readonly reason: string }
  | { readonly kind: 'disk-copy-failed'; readonly tenant: string; readonly reason: string }
  | { readonly kind: 'tenants-file-loaded'; readonly path: string; readonly tenants: number }
  | { readonly kind: 'tenants-file-refused'; readonly path: string; readonly problems: readonly string[] }
  | { readonly kind: 'jwks-fetched'; readonly tenant: string; readonly keys: number }
  | { readonly kind: 'jwks-fetch-failed'; readonly tenant: string; readonly reason: string }
  | { readonly kind: 'unknown-kid-reported'; readonly tenant: string }
  | { readonly kind: 'jwt-cache-lookup'; readonly hit: boolean }
  | {
      readonly kind: 'schema-cache-loaded';
      readonly tenant: string;
      readonly from: 'database' | 'disk';
      readonly durationMs: number;
      readonly why: string;
    }
  | { readonly kind: 'schema-cache-failed'; readonly tenant: string; readonly reason: string }
  /** One answered call of the management API, or of the internal one. */
  | {
      readonly kind: 'management-request';
      readonly requestId: string;
      readonly method: string;
      /** As declared, with the names of its parameters; undefined when nobody has such a route. */
      readonly route: string | undefined;
      /** Project, where the route is about one. */
      readonly project: string | undefined;
      readonly status: number;
      readonly durationMs: number;
      readonly traceId?: string | undefined;
    }
  | {
      readonly kind: 'operation-run';
      readonly operation: string;
      readonly action: string;
      /** `failed` for good, or to be tried again. */
      readonly outcome: 'finished' | 'failed' | 'to-be-retried';
      readonly durationMs: number;
      readonly project: string;
      readonly traceId?: string | undefined;
    }
  /** Something that must not happen; `detail` is the stack and stays in the log. */
  | { readonly kind: 'internal-error'; readonly where: string; readonly detail: string }
  /** Anything a process wants in its log without a metric of its own. */
  | {
      readonly kind: 'message';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly text: string;
      readonly fields?: Readonly<Record<string, unknown>>;
    };
