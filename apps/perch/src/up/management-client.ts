/** The few calls of the management API that `perch up` and `perch demo` make: plain HTTP, as any user's script would. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';

const errorSchema = z.object({ message: z.string() });
const projectSchema = z.object({ project: z.object({ id: z.string(), name: z.string() }) });
const createdSchema = projectSchema.extend({
  branch: z.object({ id: z.string() }),
  databases: z.array(z.object({ name: z.string() })).min(1),
});
const rolesSchema = z.object({ roles: z.array(z.object({ name: z.string() })).min(1) });
const uriSchema = z.object({ uri: z.string() });
const endpointSchema = z.object({ id: z.string(), current_state: z.string() });
const endpointsSchema = z.object({ endpoints: z.array(endpointSchema) });
const dataApiSchema = z.object({ url: z.string(), status: z.string() });

export class ManagementClient {
  constructor(
    private readonly apiUrl: string,
    private readonly apiKey: string,
    /** Ends whatever is being waited for. */
    private readonly interrupted: AbortSignal = new AbortController().signal,
  ) {}

  /** false when the key was revoked. */
  async isKeyInForce(): Promise<boolean> {
    return (await this.#call('GET', '/users/me', undefined, [401])).status !== 401;
  }

  async createProject(name: string) {
    const answer = await this.#call('POST', '/projects', { project: { name, branch: { name: 'main' } } });
    const { project, branch, databases } = createdSchema.parse(answer.body);
    return { project_id: project.id, branch_id: branch.id, database: databases[0]?.name ?? '' };
  }

  async branchExists(projectId: string, branchId: string): Promise<boolean> {
    const answer = await this.#call('GET', `/projects/${projectId}/branches/${branchId}`, undefined, [404]);
    return answer.status !== 404;
  }

  /** A connection of its own wakes no suspended branch (decision 13): this does, and waits until it is awake. */
  async wake(projectId: string, branchId: string): Promise<void> {
    const path = `/projects/${projectId}/branches/${branchId}/endpoints`;
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const { body } = await this.#call('GET', path);
      const [endpoint] = endpointsSchema.parse(body).endpoints;
      if (endpoint === undefined || endpoint.current_state === 'active') return;
      // 423: it is on its way, up or down.
      await this.#call('POST', `/projects/${projectId}/endpoints/${endpoint.id}/start`, undefined, [423]);
      this.interrupted.throwIfAborted();
      await delay(100);
    }
    throw new UsageError("The demo's database was not awake within 30 s; see the worker's log.", [], 1);
  }

  /** URL of the data API if it is active. */
  async activeDataApi(projectId: string, branchId: string, database: string): Promise<string | undefined> {
    const path = `/projects/${projectId}/branches/${branchId}/data-api/${encodeURIComponent(database)}`;
    const answer = await this.#call('GET', path, undefined, [404]);
    const dataApi = answer.status === 404 ? undefined : dataApiSchema.parse(answer.body);
    return dataApi?.status === 'active' ? dataApi.url : undefined;
  }

  /** Connection URL of the branch's only visible role, its owner. */
  async connectionUri(projectId: string, branchId: string, database: string): Promise<string> {
    const { body } = await this.#call('GET', `/projects/${projectId}/branches/${branchId}/roles`);
    const query = new URLSearchParams({
      branch_id: branchId,
      database_name: database,
      role_name: rolesSchema.parse(body).roles[0]?.name ?? '',
    });
    const answer = await this.#call('GET', `/projects/${projectId}/connection_uri?${query}`);
    return uriSchema.parse(answer.body).uri;
  }

  /** Enables the data API unless it is there already, and waits until it is active. Returns its URL. */
  async enableDataApi(projectId: string, branchId: string, database: string): Promise<string> {
    const path = `/projects/${projectId}/branches/${branchId}/data-api/${encodeURIComponent(database)}`;
    await this.#call('POST', path, { add_default_grants: true }, [409]);
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const { body } = await this.#call('GET', path);
      const dataApi = dataApiSchema.parse(body);
      if (dataApi.status === 'active') return dataApi.url;
      if (dataApi.status === 'error') {
        throw new UsageError(`The demo's data API could not be enabled: ${JSON.stringify(body)}`, [], 1);
      }
      this.interrupted.throwIfAborted();
      await delay(100);
    }
    throw new UsageError("The demo's data API was not active within 30 s; see the worker's log.", [], 1);
  }

  async #call(method: string, path: string, body?: unknown, alsoGood: readonly number[] = []) {
    const { response, text } = await this.#fetch(method, path, body);
    const parsed = parseJson(text);
    if (!response.ok && !alsoGood.includes(response.status)) {
      const said = errorSchema.safeParse(parsed);
      const message = said.success ? said.data.message : text;
      throw new UsageError(`${method} ${path} answered ${response.status}: ${message}`, [], 1);
    }
    return { status: response.status, body: parsed };
  }
  /** @throws UsageError when nobody answers */
  async #fetch(method: string, path: string, body: unknown) {
    try {
      const response = await fetch(this.apiUrl + path, {
        method,
        headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.interrupted, AbortSignal.timeout(60_000)]),
      });
      return { response, text: await response.text() };
    } catch (error) {
      this.interrupted.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new UsageError(`The management API at ${this.apiUrl} does not answer (${cause}). Is Perch running?`, [], 1);
    }
  }
}

/** undefined for what is no JSON: whoever needs a shape refuses that. */
function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
