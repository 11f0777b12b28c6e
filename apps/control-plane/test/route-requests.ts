/** A request for each route of the API's document that its schemas take, for specs that go over all of them. */

/** A body that each of these routes would take; the others take an empty one. */
const bodies: Readonly<Record<string, unknown>> = {
  'post /projects': { project: {} },
  'post /api_keys': { key_name: 'x' },
  'post /organizations/{org_id}/api_keys': { key_name: 'x' },
  'post /projects/{project_id}/jwks': { jwks_url: 'https://example.com/jwks', provider_name: 'x' },
  'post /projects/{project_id}/endpoints': { endpoint: { branch_id: 'br-a-b-12345678', type: 'read_write' } },
  'patch /projects/{project_id}/endpoints/{endpoint_id}': { endpoint: {} },
  'patch /projects/{project_id}': { project: { name: 'taken' } },
  'patch /projects/{project_id}/branches/{branch_id}': { branch: { name: 'taken' } },
  'post /projects/{project_id}/branches/{branch_id}/restore': { source_branch_id: 'br-a-b-12345678' },
  'post /projects/{project_id}/branches/{branch_id}/databases': { database: { name: 'x', owner_name: 'appdb_owner' } },
  'patch /projects/{project_id}/branches/{branch_id}/databases/{database_name}': { database: { name: 'x' } },
  'post /projects/{project_id}/branches/{branch_id}/roles': { role: { name: 'x' } },
};

/** What these need in their query. */
const queries = [
  ['/connection_uri', '?database_name=appdb&role_name=appdb_owner'],
  ['schema', '?db_name=appdb'],
] as const;

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/**
 * @param route as in the document: `post /projects/{project_id}/branches`
 * @param values of the path's parameters; '1' where there is none
 */
export function fillRoute(route: string, values: Readonly<Record<string, string>>): RouteRequest {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replaceAll(/\{([a-z_]+)\}/g, (_all, name: string) => values[name] ?? '1');
  const [, query = ''] = queries.find(([end]) => pattern.endsWith(end)) ?? [];
  return {
    method: method.toUpperCase(),
    path: `/api/v2${path}${query}`,
    body: bodies[route] ?? (method === 'post' || method === 'patch' ? {} : undefined),
  };
}
