/** One request through the rooms, in order. Every step returns a value or throws; `answer-request.ts` renders either. */
import type { IncomingMessage } from 'node:http';
import {
  buildMainQuery,
  engineError,
  othersTurn,
  preflightResponse,
  renderInfo,
  renderResponse,
  runMainQuery,
  withServerHeaders,
  type AuthResult,
  type EngineResponse,
  type ParsedRequest,
} from '@perch/engine';
import type { Authenticator } from '@perch/jwt';
import type { TenantExecutors } from '@perch/postgres';
import type { TenantResolver } from '@perch/tenancy';
import type { ActiveTenant, ActiveTenants } from './active-tenant.js';
import type { Exchange } from './exchange.js';
import { headerOf, requestHeaders, requestTarget } from './http-request.js';
import type { HeldBytes } from './limits/held-bytes.js';
import type { RateLimits } from './limits/rate-limits.js';
import type { RequestSlots } from './limits/request-slots.js';
import { readBody } from './request-body.js';
import type { SchemaCaches } from './schema-caches.js';
import { withSchemaInForce } from './schema-in-force.js';
import type { KnownSchema } from './schema-memory.js';

export interface Deps {
  readonly tenants: TenantResolver;
  readonly activeTenants: ActiveTenants;
  readonly rateLimits: RateLimits;
  readonly requestSlots: RequestSlots;
  readonly heldBytes: HeldBytes;
  readonly authenticator: Authenticator;
  readonly schemaCaches: SchemaCaches;
  readonly executors: TenantExecutors;
}

/** Bytes of a body up to which nobody is kept waiting while it is read through. */
const longBody = 64 * 1024;

/** Characters of a query string. */
const longQuery = 8 * 1024;

/** @throws EngineError and what tenancy throws; `exchange.signal.reason` when that aborted */
export async function handleRequest(message: IncomingMessage, exchange: Exchange, deps: Deps): Promise<EngineResponse> {
  const { method } = exchange;
  const target = requestTarget(message);
  const found = deps.tenants.resolve(target.host, target.path);
  // Nearly always at once; a turn of waiting for nothing would be paid by every request.
  const { snapshot, prefix, path } = found instanceof Promise ? await found : found;
  const named = (exchange.tenant = deps.activeTenants.of(snapshot, prefix));
  exchange.trace?.found(named, path);
  const headers = (exchange.headers = requestHeaders(message));
  // A database that has a say in its configuration has to be asked first.
  const tenant = snapshot.settings.db_config ? (await deps.schemaCaches.get(named)).config.applyTo(named) : named;
  exchange.tenant = tenant;
  if (tenant.api.serverTimingEnabled && exchange.trace === undefined) exchange.takeTimes();
  const { timings } = exchange;

  const preflight = preflightResponse({ method, headers }, tenant.api);
  if (preflight !== undefined) return withServerHeaders(preflight, { method, headers }, tenant.api, undefined);
  const passed = deps.rateLimits.take(tenant, exchange);
  if (passed !== undefined) await passed;
  deps.requestSlots.enter(tenant);
  exchange.slot = tenant.key;
  deps.heldBytes.admit(tenant.key);
  const authorization = headerOf(headers, 'authorization');
  timings.enter('jwt');
  const authenticated = deps.authenticator.authenticate(authorization, tenant.snapshot);
  const auth = authenticated instanceof Promise ? await authenticated : authenticated;
  timings.leave();
  const most = Math.min(snapshot.settings.max_body_bytes, deps.heldBytes.limits.perTenant);
  const reading = readBody(message, most, exchange, (bytes) => deps.heldBytes.take(tenant.key, bytes));
  const body = reading instanceof Promise ? await reading : reading;
  exchange.requestBytes = body.length;
  if (body.length > 0) exchange.trace?.passed('body');

  const sent = { method, path, query: target.query, headers, body };
  const known = deps.schemaCaches.get(named);
  const schema = known instanceof Promise ? await known : known;
  exchange.trace?.passed('schema');
  timings.enter('parse');
  const parsed = body.length <= longBody ? tenant.plans.parse(sent) : await tenant.plans.parseLong(sent);
  timings.leave();
  if (isLong(parsed)) await othersTurn();
  const response = await withSchemaInForce(schema, exchange, named, deps.schemaCaches, (inForce) =>
    answerBySchema(parsed, auth, inForce, exchange, tenant, deps),
  );
  timings.leave();
  return withServerHeaders(response, { method, headers }, tenant.api, timings.list());
}

/** The steps that rest on the schema, which are walked again when it turns out to have moved. */
async function answerBySchema(
  parsed: ParsedRequest,
  auth: AuthResult,
  { cache: schema, version }: KnownSchema,
  { timings, signal, trace }: Exchange,
  tenant: ActiveTenant,
  deps: Deps,
): Promise<EngineResponse> {
  const config = tenant.api;
  timings.enter('plan');
  const { request, plan, known } = tenant.plans.plan(parsed, schema);
  timings.leave();
  if (plan.kind === 'info') {
    timings.enter('response');
    return renderInfo(plan, request, config);
  }
  const schemaVersion = version?.kind === 'counted' ? version.text : undefined;
  if (isLong(parsed)) await othersTurn();
  const query = buildMainQuery({ plan, request, auth, config, schema, schemaVersion, known });
  if (isLong(parsed)) await othersTurn();
  trace?.sends(query, request, tenant.connection);
  const executor = deps.executors.for(tenant.connection);
  timings.enter('transaction');
  const result = await runMainQuery(query, plan, executor, signal);
  timings.enter('response');
  return notTooLong(renderResponse(result, plan, request, config), config);
}

/** Of thousands of conditions each step takes tens of milliseconds: then others have their turn between two of them. */
function isLong({ sent }: ParsedRequest): boolean {
  return sent.query.length > longQuery;
}

/** Most bodies are measured where they are made; this is for those that are made here, of what may be read. */
function notTooLong(response: EngineResponse, { maxResponseBytes }: ActiveTenant['api']): EngineResponse {
  if (maxResponseBytes === undefined || response.body === undefined) return response;
  if (Buffer.byteLength(response.body) > maxResponseBytes) throw engineError('PERCH201');
  return response;
}
