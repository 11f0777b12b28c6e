/** Databases that a user has, attached to a fleet and given a data API: asked with tokens of one issuer. */
import type { Fleet } from './fleet.js';
import type { Issuer } from './issuer.js';
import { callApi } from './management.js';
import { eventually } from './perch-process.js';

export interface AttachedApi {
  /** Of the management API: the project's, the branch's and the data API's. */
  readonly project: string;
  readonly branch: string;
  readonly route: string;
  /** Of the data API itself, behind the first proxy. */
  readonly url: string;
}

export interface Asked {
  readonly sub?: string;
  readonly method?: string;
  readonly body?: unknown;
}

export interface Attacher {
  /** @throws with what Perch answers when it refuses the URL or cannot prepare the database. */
  attach(connectionUrl: string, database: string, dataApi?: object): Promise<AttachedApi>;
  /** Another branch of its project. */
  branchOff(parent: AttachedApi, connectionUrl: string, database: string): Promise<AttachedApi>;
  ask(api: AttachedApi, path: string, asked?: Asked): Promise<{ readonly status: number; readonly body: unknown }>;
}

const PATIENCE_MS = 60_000;

export function createAttacher(fleet: Fleet, issuer: Issuer): Attacher {
  const call = (method: string, route: string, body?: unknown) => callApi(fleet.api, method, route, body);

  const enable = async (
    project: string,
    made: { readonly branch: { readonly id: string }; readonly endpoints: readonly [{ readonly id: string }] },
    database: string,
    dataApi: object = {},
  ): Promise<AttachedApi> => {
    const branch = `${project}/branches/${made.branch.id}`;
    const route = `${branch}/data-api/${encodeURIComponent(database)}`;
    const choices = { jwks_url: issuer.jwksUrl, jwt_audience_required: false, add_default_grants: true };
    const enabled = await call('POST', route, { ...choices, add_anonymous_grants: true, ...dataApi });
    if (enabled.status !== 201) throw new Error(JSON.stringify(enabled.body));
    const url = `${fleet.proxies[0]?.url}/${made.endpoints[0].id}/${encodeURIComponent(database)}/rest/v1`;
    let failure: string | undefined;
    await eventually(
      'the data API is active',
      async () => {
        const { status, error } = (await call('GET', route)).body;
        failure = status === 'error' ? error : undefined;
        return status === 'active' || status === 'error' ? true : undefined;
      },
      PATIENCE_MS,
    );
    if (failure !== undefined) throw new Error(failure);
    // The proxy hears of it a moment later.
    await eventually('the proxy has it', async () => ((await fetch(`${url}/`)).status === 503 ? undefined : true));
    return { project, branch, route, url };
  };

  return {
    async attach(connection_url, database, dataApi) {
      const made = await call('POST', '/projects', { project: { perch: { compute: 'attached', connection_url } } });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return enable(`/projects/${made.body.project.id}`, made.body, database, dataApi);
    },
    async branchOff({ project }, connection_url, database) {
      const body = { branch: { name: 'dev', perch: { connection_url } }, endpoints: [{ type: 'read_write' }] };
      const made = await call('POST', `${project}/branches`, body);
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return enable(project, made.body, database);
    },
    async ask({ url }, path, { sub, method = 'GET', body } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          'content-type': 'application/json',
          prefer: 'return=representation',
          ...(sub === undefined ? {} : { authorization: `Bearer ${await issuer.token({ sub })}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    },
  };
}
