/** Requests through the whole engine on a real PostgreSQL: method, path, headers and body in, the answer out. */
import type { ApiConfig } from '../src/api-config.js';
import { parseApiRequest } from '../src/api-request/api-request.js';
import { runMainQuery } from '../src/execute/run-main-query.js';
import type { SqlExecutor } from '../src/sql-executor.js';
import { planAction } from '../src/plan/plan-action.js';
import { buildMainQuery } from '../src/query/build-main-query.js';
import { renderError } from '../src/response/render-error.js';
import { renderInfo } from '../src/response/render-info.js';
import { renderResponse } from '../src/response/render-response.js';
import type { SchemaCache } from '../src/schema-cache/schema-cache.js';
import { filmConfig } from './film-config.js';

/** Clients may choose how a transaction ends, and the settings of roles apply. */
const walkConfig: ApiConfig = {
  ...filmConfig,
  extraSearchPath: [],
  txEnd: 'commit-allow-override',
  roleSettings: true,
};

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly role?: string;
  readonly config?: Partial<ApiConfig>;
  readonly schemaVersion?: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed, when it is JSON. */
  readonly body: unknown;
}

export type Api = (method: string, target: string, sent?: Sent) => Promise<Received>;

/** @param role who a request without `role` runs as */
export function createApi(executor: SqlExecutor, schema: SchemaCache, role: string): Api {
  return async (method, target, sent = {}) => {
    const config = { ...walkConfig, ...sent.config };
    const [path = '', query = ''] = target.split('?');
    const headers = Object.entries(sent.headers ?? {});
    const text = sent.body === undefined ? '' : JSON.stringify(sent.body);
    const auth = { role: sent.role ?? role, claimsJson: '{"sub":"ann"}', anonymous: false };
    try {
      const request = parseApiRequest({ method, path, query, headers, body: Buffer.from(text) }, config);
      const plan = planAction(request, schema, config);
      if (plan.kind === 'info') return received(renderInfo(plan, request, config));
      const { schemaVersion } = sent;
      const main = buildMainQuery({ plan, request, auth, config, schema, schemaVersion });
      return received(renderResponse(await runMainQuery(main, plan, executor), plan, request, config));
    } catch (error) {
      if (error instanceof Error && error.name === 'EngineError') return received(renderError(error, config));
      throw error;
    }
  };
}

function received(response: ReturnType<typeof renderError>): Received {
  const headers = Object.fromEntries(response.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = response.body?.toString();
  const isJson = headers['content-type']?.includes('json') === true && body !== undefined && body !== '';
  return { status: response.status, headers, body: isJson ? JSON.parse(body) : body };
}
