/**
 * The HTTP edge: sockets and limits in, one answer per request out. It knows no dialect; what a request means is the
 * walk's business, what an error looks like the engine's.
 */
import http from 'node:http';
import net from 'node:net';
import { EngineError, type EngineResponse } from '@perch/engine';
import type { ErrorKind, Observer } from '@perch/observability';
import { Exchange } from './exchange.js';
import { InFlight } from './in-flight.js';
import type { HeldBytes } from './limits/held-bytes.js';
import { answerProtocolError, refuseConnect } from './protocol-errors.js';
import { ClientGone } from './request-body.js';
import type { RequestTraces } from './request-trace.js';
import { createRequestIds } from './request-ids.js';
import { writeResponse } from './write-response.js';

/** An answer and, when it is an error's, what the metrics need of that. */
export interface Answer {
  readonly response: EngineResponse;
  readonly error: { readonly code: string; readonly kind: ErrorKind } | undefined;
}

export interface EdgeOptions {
  /** Port 0 takes any free one. undefined: there are no connections but those given to `accept`. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly observer: Observer;
  /** undefined where nothing is traced. */
  readonly traces?: RequestTraces | undefined;
  /** Never throws. */
  readonly answer: (message: http.IncomingMessage, exchange: Exchange) => Promise<Answer>;
  /** Counts what clients do not read; undefined does not count. */
  readonly heldBytes?: HeldBytes | undefined;
  /** Milliseconds in which a client reads nothing of its answer until its connection is ended. Default 60 s. */
  readonly unreadTimeoutMs?: number;
  /** Milliseconds for a request's header and body to arrive. Default 60 s. */
  readonly receiveTimeoutMs?: number;
  /** Milliseconds from header to answer. Default 5 minutes; a data API's own `statement_timeout_ms` is the finer tool. */
  readonly deadlineMs?: number;
  /** Milliseconds a connection may wait for its next request: longer than the usual 60 s of a load balancer. */
  readonly keepAliveTimeoutMs?: number;
}

export interface Edge {
  /** 0 when it does not listen. */
  readonly port: number;
  /** A connection that somebody else accepted, unread. */
  accept(socket: net.Socket): void;
  readonly inFlight: number;
  /** No new connections; the open ones end behind their next answer. */
  stopListening(): void;
  /** Ends the connections that wait for a request. */
  closeIdle(): void;
  /** Aborts what still runs and closes everything. Resolves when every connection is closed. */
  close(): Promise<void>;
}

/** Bytes of request line and header fields together. */
const maxHeaderBytes = 128 * 1024;
/** Bytes of an answer that are worth a look whether they are read; the system's own buffers take less than that. */
const minUnreadBytes = 16 * 1024;
/** Bytes of a body that nobody wants any more. */
const maxDiscardedBytes = 16 * 1024 * 1024;
/** Milliseconds between two looks for requests that take too long to arrive. */
const timeoutCheckMs = 1_000;
/** nginx's status for "the client closed the request": in logs and metrics only. */
const clientClosedRequest = 499;

/** @throws the listen error of node (EADDRINUSE ...) when the port cannot be had. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { observer } = options;
  const requestId = createRequestIds();
  const now = () => performance.now();
  const inFlight = new InFlight(options.deadlineMs ?? 300_000, now, (exchange) => exchange.abort(deadlinePassed()));
  let leaving = false;

  const serve = async (message: http.IncomingMessage, response: http.ServerResponse, waits: boolean): Promise<void> => {
    const id = requestId(headerOf(message, 'x-request-id'));
    const exchange = new Exchange(id, message.method ?? '', now, options.traces?.begin(message, id));
    if (waits) exchange.askForBody = () => response.writeContinue();
    const underway = inFlight.add(exchange, response);
    response.once('close', () => {
      inFlight.remove(underway);
      if (!response.writableFinished) exchange.abort(new ClientGone());
    });
    const { response: answer, error } = await options.answer(message, exchange);
    const gone = response.destroyed || response.socket === null;
    // A client that was not asked for its body may send it or not: what follows could not be told apart.
    const close = leaving || exchange.askForBody !== undefined;
    const facts = { requestId: exchange.id, method: exchange.method, close };
    const responseBytes = gone ? 0 : writeResponse(response, answer, facts);
    if (responseBytes >= minUnreadBytes) watchReading(response, exchange, responseBytes);
    if (!message.complete) discardRest(message);
    const status = gone ? clientClosedRequest : answer.status;
    exchange.trace?.end(status, now(), error);
    observer.note({
      kind: 'request',
      requestId: exchange.id,
      tenant: exchange.tenant?.key,
      method: exchange.method,
      status,
      durationMs: now() - exchange.startedAt,
      requestBytes: exchange.requestBytes,
      responseBytes,
      errorCode: error?.code,
      errorKind: gone ? 'client-disconnect' : error?.kind,
      traceId: exchange.trace?.traceId,
    });
  };

  /** Until it is handed to the system. Without a listener of ours node ends a connection whose time is up. */
  const watchReading = (response: http.ServerResponse, { tenant }: Exchange, bytes: number): void => {
    const { socket } = response;
    socket?.setTimeout(options.unreadTimeoutMs ?? 60_000);
    if (tenant === undefined) return;
    const read = options.heldBytes?.unread(tenant.key, bytes, () => socket?.destroy());
    if (read === undefined) return;
    response.once('finish', read);
    response.once('close', read);
  };

  const onRequest = (waits: boolean) => (message: http.IncomingMessage, response: http.ServerResponse) => {
    serve(message, response, waits).catch((error: unknown) => {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      observer.note({ kind: 'internal-error', where: 'server', detail });
      response.destroy();
    });
  };

  const server = http.createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: options.receiveTimeoutMs ?? 60_000,
      requestTimeout: options.receiveTimeoutMs ?? 60_000,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? 75_000,
      connectionsCheckingInterval: timeoutCheckMs,
      noDelay: true,
    },
    onRequest(false),
  );
  // Node drops header fields beyond a count without a word; their size is bounded anyway.
  server.maxHeadersCount = 0;
  server.on('checkContinue', onRequest(true));
  server.on('clientError', answerProtocolError);
  server.on('connect', refuseConnect);
  if (options.listen !== undefined) await listen(server, options.listen.port, options.listen.host);
  // What else node does at this event is to begin to look for connections that are slow or idle.
  else server.emit('listening');
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));

  return {
    port: portOf(server.address()),
    accept(socket) {
      // As the sockets that a server of node's http makes itself.
      socket.allowHalfOpen = true;
      server.emit('connection', socket);
    },
    get inFlight() {
      return inFlight.size;
    },
    stopListening() {
      leaving = true;
      inFlight.forEach(({ response }) => {
        response.shouldKeepAlive = false;
      });
      // Not http's own close: that also ends connections on which a request may be arriving this very moment.
      net.Server.prototype.close.call(server);
    },
    closeIdle: () => server.closeIdleConnections(),
    async close() {
      leaving = true;
      inFlight.forEach(({ exchange }) => exchange.abort(new ClientGone()));
      server.closeAllConnections();
      server.close();
      await closed;
      inFlight.stop();
    },
  };
}

/** Reads what a refused request still sends, so that its client gets to the answer; up to a limit. */
function discardRest(message: http.IncomingMessage): void {
  let discarded = 0;
  message.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > maxDiscardedBytes) message.destroy();
  });
  message.resume();
}

/** PostgreSQL's own words: the statement is cancelled the same way. */
function deadlinePassed(): EngineError {
  return new EngineError({
    code: '57014',
    status: 500,
    kind: 'postgres',
    message: 'canceling statement due to statement timeout',
  });
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(address: net.AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function headerOf(message: http.IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
