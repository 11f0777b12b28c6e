/**
 * One traced request as spans: the request itself, a child for each step of the walk, the packet of statements among them.
 * Names and attributes are those of OpenTelemetry's conventions for HTTP servers and PostgreSQL clients. What the client
 * sent as values (query, headers, body, parameters) and what identifies a person (addresses, claims) stays out.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @see https://opentelemetry.io/docs/specs/semconv/db/postgresql/
 */
import type { IncomingMessage } from 'node:http';
import { EngineError, SqlError, type ApiRequest, type MainQuery, type TimedStep } from '@perch/engine';
import type { SpanAttributes, Tracer, TraceSpan } from '@perch/observability';
import type { TenantConnection } from '@perch/postgres';
import type { ActiveTenant } from './active-tenant.js';

export interface RequestTraces {
  /** undefined when the sampler leaves the request out. */
  begin(message: IncomingMessage, requestId: string): RequestTrace | undefined;
}

/** Steps that are traced, and not told in Server-Timing. */
type OtherStep = 'tenant' | 'body' | 'schema';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Characters; what a client sends must not fill the collector. */
const longestPath = 512;
const longestStatement = 16 * 1024;

export function createRequestTraces(tracer: Tracer): RequestTraces {
  return {
    begin(message, requestId) {
      const { traceparent, tracestate } = message.headers;
      const startedAt = performance.now();
      const method = knownMethod(message.method);
      const parent = { traceparent: textOf(traceparent), tracestate: textOf(tracestate) };
      const span = tracer.begin(method === '_OTHER' ? 'HTTP' : method, parent, {
        kind: 'server',
        startedAt,
        attributes: {
          'http.request.method': method,
          'url.scheme': 'http',
          'url.path': pathOf(message.url ?? '/').slice(0, longestPath),
          'network.protocol.version': message.httpVersion,
          'perch.request.id': requestId,
        },
      });
      return span === undefined ? undefined : new RequestTrace(span, method, startedAt, tracer.withStatements);
    },
  };
}

export class RequestTrace {
  /** End of the step before, milliseconds. */
  #passedAt: number;
  #database: { readonly name: string; readonly attributes: SpanAttributes } | undefined;

  constructor(
    private readonly span: TraceSpan,
    private readonly method: string,
    /** Milliseconds of performance.now(). */
    readonly startedAt: number,
    private readonly withStatements: boolean,
  ) {
    this.#passedAt = startedAt;
  }

  get traceId(): string {
    return this.span.traceId;
  }

  /** @param path behind the tenant's prefix */
  found(tenant: ActiveTenant, path: string): void {
    const route = routeOf(path);
    this.passed('tenant');
    this.span.set({ 'perch.tenant': tenant.key, 'http.route': route });
    if (route !== undefined) this.span.rename(`${this.method} ${route}`);
  }

  /** The walk has come past a step that nobody timed: it began where the one before ended. */
  passed(step: OtherStep): void {
    this.step(step, this.#passedAt, performance.now());
  }

  /** What the next step `transaction` sends. */
  sends(query: MainQuery, request: ApiRequest, connection: TenantConnection): void {
    const { operation, target, schema } = summaryOf(request);
    const summary = target === undefined ? operation : `${operation} ${target}`;
    const address = addressOf(connection.databaseUrl);
    const text = this.withStatements ? statementsOf(query).slice(0, longestStatement) : undefined;
    this.#database = {
      name: summary,
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': address === undefined ? schema : `${address.database}|${schema}`,
        'db.query.summary': summary,
        'db.query.text': text,
        'server.address': address?.host,
        'server.port': address?.port,
      },
    };
  }

  step(step: TimedStep | OtherStep, startedAt: number, endedAt: number, error?: unknown): void {
    const database = step === 'transaction' ? this.#database : undefined;
    const child = this.span.child(database?.name ?? step, {
      kind: database === undefined ? 'internal' : 'client',
      startedAt,
      attributes: { ...database?.attributes, 'perch.step': step },
    });
    if (error !== undefined) child.set({ 'db.response.status_code': sqlStateOf(error) });
    child.end(endedAt, error === undefined ? undefined : { type: typeOf(error) });
    this.#passedAt = endedAt;
  }

  /** @param error code and kind of the answer, when that is an error's */
  end(status: number, endedAt: number, error: { readonly code: string; readonly kind: string } | undefined): void {
    this.span.set({
      'http.response.status_code': status,
      'perch.error.code': error?.code,
      'perch.error.kind': error?.kind,
    });
    // A refused request (4xx) is the client's failure, not this server's.
    this.span.end(endedAt, status >= 500 ? { type: error?.code ?? String(status) } : undefined);
  }
}

function knownMethod(method = ''): string {
  return methods.has(method) ? method : '_OTHER';
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.split('?', 1)[0] ?? path;
}

/** Of few values, whatever clients ask for. */
function routeOf(path: string): string | undefined {
  if (path === '/' || path === '') return '/';
  const [first, second, ...rest] = path.replace(/^\//, '').split('/');
  if (second === undefined) return '/{relation}';
  return first === 'rpc' && rest.length === 0 ? '/rpc/{function}' : undefined;
}

const operations = { create: 'INSERT', update: 'UPDATE', 'single-upsert': 'INSERT', delete: 'DELETE' } as const;

/** Behind the schema cache, so that names are those of what exists. */
function summaryOf({ action, schema }: ApiRequest): {
  readonly operation: string;
  readonly target: string | undefined;
  readonly schema: string;
} {
  switch (action.kind) {
    case 'read':
      return { operation: 'SELECT', target: action.target.name, schema: action.target.schema };
    case 'mutate':
      return { operation: operations[action.mutation], target: action.target.name, schema: action.target.schema };
    case 'call':
      return { operation: 'SELECT', target: action.target.name, schema: action.target.schema };
    case 'inspect':
    case 'info':
      return { operation: 'SELECT', target: undefined, schema };
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Without user and password; undefined for a URL that no connection can be made of. */
function addressOf(databaseUrl: string): Address | undefined {
  if (!URL.canParse(databaseUrl)) return undefined;
  const { hostname, port, pathname } = new URL(databaseUrl);
  return { host: hostname || 'localhost', port: Number(port || '5432'), database: pathname.slice(1) };
}

function statementsOf({ modes, settings, preRequest, main, plannedCount }: MainQuery): string {
  return [modes, settings, preRequest, main, plannedCount?.statement]
    .flatMap((statement) => (statement === undefined ? [] : [statement.text]))
    .join('; ');
}

function sqlStateOf(error: unknown): string | undefined {
  const sql = error instanceof EngineError ? error.cause : error;
  return sql instanceof SqlError ? sql.fields.code : undefined;
}

/** A code where there is one: a message may hold values. */
function typeOf(error: unknown): string {
  if (error instanceof EngineError) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
}
