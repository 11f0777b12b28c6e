/**
 * The admin port every process has: `/live`, `/ready`, `/metrics`, `/status`. It listens on loopback unless told otherwise;
 * it must not share fate with the main port, so it is a server of its own.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProcessStatus } from './process-status.js';

export interface AdminServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** undefined when ready, else why not: one short sentence that is sent with the 503. */
  readonly notReadyReason: () => string | undefined;
  readonly renderMetrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly status: () => ProcessStatus | Promise<ProcessStatus>;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws the listen error of node (EADDRINUSE ...) when the port cannot be had. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = http.createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    void answer(request, response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  options: AdminServerOptions,
): Promise<void> {
  const send = (status: number, body: string, contentType = 'text/plain; charset=utf-8') => {
    response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'method not allowed\n');
  switch ((request.url ?? '/').split('?', 1)[0]) {
    case '/live':
      return send(200, 'live\n');
    case '/ready': {
      const reason = options.notReadyReason();
      return reason === undefined ? send(200, 'ready\n') : send(503, `${reason}\n`);
    }
    case '/metrics':
      try {
        const { contentType, body } = await options.renderMetrics();
        return send(200, body, contentType);
      } catch {
        return send(500, 'metrics could not be collected\n');
      }
    case '/status':
      try {
        const reason = options.notReadyReason();
        const status = { state: reason === undefined ? 'ready' : 'not-ready', reason, ...(await options.status()) };
        return send(200, `${JSON.stringify(status)}\n`, 'application/json');
      } catch {
        return send(500, 'the status could not be collected\n');
      }
    default:
      return send(404, 'not found: /live, /ready, /metrics and /status are here\n');
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
