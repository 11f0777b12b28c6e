/** Runs the walk and turns whatever it throws into an answer: the one place where errors become responses. */
import type { IncomingMessage } from 'node:http';
import { EngineError, engineError, renderError, SchemaMovedError, withServerHeaders } from '@perch/engine';
import type { Observer } from '@perch/observability';
import { TenantUnavailableError, UnknownTenantError } from '@perch/tenancy';
import { edgeError } from './edge-catalogue.js';
import type { Exchange } from './exchange.js';
import { handleRequest, type Deps } from './handle-request.js';
import { ClientGone } from './request-body.js';
import type { Answer } from './server.js';

/** Never throws. */
export async function answerRequest(
  message: IncomingMessage,
  exchange: Exchange,
  deps: Deps,
  observer: Observer,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = { response: await handleRequest(message, exchange, deps), error: undefined };
  } catch (thrown) {
    answer = answerToError(thrown, message, exchange, observer);
  }
  if (exchange.slot !== undefined) {
    deps.requestSlots.leave(exchange.slot);
    if (exchange.heldBytes > 0) deps.heldBytes.give(exchange.slot, exchange.heldBytes);
  }
  if (exchange.limitHeaders.length === 0) return answer;
  const { response } = answer;
  return { ...answer, response: { ...response, headers: [...response.headers, ...exchange.limitHeaders] } };
}

function answerToError(thrown: unknown, message: IncomingMessage, exchange: Exchange, observer: Observer): Answer {
  exchange.timings.fail(thrown);
  const error = meaningOf(thrown);
  if (error.kind === 'internal') {
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    observer.note({ kind: 'internal-error', where: `request ${exchange.id}`, detail });
  }
  const config = exchange.tenant?.api ?? tenantless;
  const { method } = exchange;
  const headers = exchange.headers.length > 0 ? exchange.headers : originOnly(message);
  const response = withServerHeaders(renderError(error, config), { method, headers }, config, undefined);
  return { response, error: { code: error.code, kind: error.kind } };
}

/** By which an error is rendered before anybody knows whose request it is. */
const tenantless = {
  errorVerbosity: 'verbose',
  corsAllowedOrigins: undefined,
  traceHeader: undefined,
  serverTimingEnabled: false,
} as const;

/** So that a browser may read why it was refused. */
function originOnly(message: IncomingMessage): readonly (readonly [string, string])[] {
  const { origin } = message.headers;
  return origin === undefined ? [] : [['origin', origin]];
}

function meaningOf(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  if (thrown instanceof UnknownTenantError) return edgeError('PERCH001');
  if (thrown instanceof TenantUnavailableError) return edgeError('PERCH002', { cause: thrown });
  if (thrown instanceof SchemaMovedError) return engineError('PGRST002', undefined, thrown);
  if (thrown instanceof ClientGone) return edgeError('PERCH106', { cause: thrown });
  return engineError('PGRSTX00', undefined, thrown);
}
