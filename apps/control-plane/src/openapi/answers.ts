/** What each route answers when it goes well, and which refusals are its own; the rest follows from its shape. */
import { z } from 'zod';
import type { ErrorCode } from '../error/catalogue.js';
import * as r from './resources.js';

export interface RouteAnswer {
  readonly summary: string;
  readonly body: z.ZodType;
  readonly refuses: readonly ErrorCode[];
  /** DELETE of what is gone answers 204. */
  readonly mayBeGone?: true;
}

const answer = (summary: string, body: z.ZodType, ...refuses: readonly ErrorCode[]): RouteAnswer => ({
  summary,
  body,
  refuses,
});
const deletion = (summary: string, body: z.ZodType, ...refuses: readonly ErrorCode[]): RouteAnswer => ({
  ...answer(summary, body, ...refuses),
  mayBeGone: true,
});
const list = (name: string, item: z.ZodType) => z.looseObject({ [name]: z.array(item) });
const changed = (name: string, item: z.ZodType) => z.looseObject({ [name]: item, operations: r.operations });
const made = {
  roles: z.array(r.role),
  databases: z.array(r.database),
  operations: r.operations,
  branch: r.branch,
  endpoints: z.array(r.endpoint),
};
const empty = z.object({});

const branches = '/projects/{project_id}/branches';
const branch = `${branches}/{branch_id}`;
const onBusy = 'branch.busy';
const onChange = ['branch.busy', 'operation.failed'] as const;
const onBranch = [
  ...onChange,
  'branch.name-taken',
  'branch.not-ready',
  'branch.not-deletable',
  'branch.protected',
  'branch.expiry-refused',
  'branch.expires',
] as const;
const onEndpoint = [
  ...onChange,
  'endpoint.exists',
  'endpoint.disabled',
  'endpoint.attached',
  'endpoint.option-unavailable',
  'branch.protected',
] as const;
const onSchema = [
  onBusy,
  'database.not-found',
  'schema.not-available',
  'branch.option-unavailable',
  'endpoint.none',
  'endpoint.disabled',
] as const;
const dataApiRoutes = (path: string) => ({
  [`post ${path}`]: answer(
    'Enable the data API of a database',
    r.dataApi.pick({ url: true, status: true }),
    'data-api.exists',
    'endpoint.none',
    'jwks.unusable',
    onBusy,
  ),
  [`get ${path}`]: answer('The data API of a database', r.dataApi),
  [`patch ${path}`]: answer('Replace or merge its settings, and read the schema again', empty, onBusy),
  [`delete ${path}`]: answer('Disable it', empty, onBusy),
});

/** By method and path. */
export const answers: Readonly<Record<string, RouteAnswer>> = Object.freeze({
  'get /projects': answer(
    'Projects, newest first',
    z.looseObject({ projects: z.array(r.projectListItem), pagination: r.cursor }),
    'organization.not-found',
  ),
  'get /projects/shared': answer('Projects that others share', list('projects', r.projectListItem)),
  'post /projects': answer(
    'Make a project with a branch, an endpoint, a role and a database',
    z.looseObject({ project: r.project, connection_uris: r.connectionUris, ...made }),
    'project.pg-version-unavailable',
    'project.try-again',
    'project.region-unknown',
    'project.option-unavailable',
    'endpoint.option-unavailable',
    'organization.not-found',
    'auth.personal-key-needed',
  ),
  'get /projects/{project_id}': answer('A project', z.looseObject({ project: r.project })),
  'patch /projects/{project_id}': answer(
    'Change a project',
    changed('project', r.project),
    'project.option-unavailable',
    'endpoint.option-unavailable',
    onBusy,
  ),
  'delete /projects/{project_id}': answer(
    'Delete a project with everything in it',
    z.looseObject({ project: r.project }),
    'auth.personal-key-needed',
    'project.protected',
    onBusy,
  ),
  'get /projects/{project_id}/connection_uri': answer(
    'A connection URL with its password',
    z.object({ uri: z.string() }),
    'role.password-unknown',
  ),
  [`get ${branches}`]: answer(
    'Branches of a project',
    z.looseObject({ branches: z.array(r.branch), annotations: z.record(z.string(), r.annotation) }),
  ),
  [`get ${branches}/count`]: answer('How many branches a project has', z.object({ count: z.int() })),
  [`post ${branches}`]: answer(
    'Make a branch as a copy of its parent',
    z.looseObject({ ...made, connection_uris: r.connectionUris.optional() }),
    'endpoint.none',
    ...onBranch,
    'branch.option-unavailable',
    'endpoint.option-unavailable',
    'branch.connection-url-needed',
    'project.try-again',
  ),
  [`get ${branch}`]: answer('A branch', z.looseObject({ branch: r.branch, annotation: r.annotation })),
  [`patch ${branch}`]: answer(
    'Change a branch, or the connection URL of an attached one',
    changed('branch', r.branch),
    ...onBranch,
    'branch.option-unavailable',
    'compute.not-usable',
  ),
  [`delete ${branch}`]: deletion('Delete a branch', changed('branch', r.branch), ...onBranch),
  [`post ${branch}/restore`]: answer('Reset a branch from its parent', changed('branch', r.branch), ...onBranch),
  [`post ${branch}/set_as_default`]: answer('Make it the default branch', changed('branch', r.branch), ...onBranch),
  [`get ${branch}/schema`]: answer('The schema of a database as SQL', z.object({ sql: z.string() }), ...onSchema),
  [`get ${branch}/compare_schema`]: answer(
    'How a schema differs from the one of its parent or another branch',
    z.object({ diff: z.string() }),
    ...onSchema,
  ),
  [`get ${branch}/endpoints`]: answer('Endpoints of a branch', list('endpoints', r.endpoint)),
  'get /projects/{project_id}/endpoints': answer('Endpoints of a project', list('endpoints', r.endpoint)),
  'post /projects/{project_id}/endpoints': answer('Make an endpoint', changed('endpoint', r.endpoint), ...onEndpoint),
  ...Object.fromEntries(
    [
      ['start', 'Start a compute'],
      ['suspend', 'Suspend a compute'],
      ['restart', 'Restart a compute'],
    ].map(([verb, summary = '']) => [
      `post /projects/{project_id}/endpoints/{endpoint_id}/${verb}`,
      answer(summary, changed('endpoint', r.endpoint), ...onEndpoint),
    ]),
  ),
  'get /projects/{project_id}/endpoints/{endpoint_id}': answer('An endpoint', z.looseObject({ endpoint: r.endpoint })),
  'patch /projects/{project_id}/endpoints/{endpoint_id}': answer(
    'Change an endpoint',
    changed('endpoint', r.endpoint),
    ...onEndpoint,
  ),
  'delete /projects/{project_id}/endpoints/{endpoint_id}': deletion(
    'Delete an endpoint',
    changed('endpoint', r.endpoint),
    ...onEndpoint,
  ),
  [`get ${branch}/databases`]: answer('Databases of a branch', list('databases', r.database)),
  [`post ${branch}/databases`]: answer(
    'Make a database',
    changed('database', r.database),
    'database.exists',
    'database.limit',
    ...onChange,
  ),
  [`get ${branch}/databases/{database_name}`]: answer('A database', z.looseObject({ database: r.database })),
  [`patch ${branch}/databases/{database_name}`]: answer(
    'Rename a database or give it away',
    changed('database', r.database),
    'database.in-use',
    ...onChange,
  ),
  [`delete ${branch}/databases/{database_name}`]: deletion(
    'Drop a database with its data API',
    changed('database', r.database),
    'database.in-use',
    ...onChange,
  ),
  [`get ${branch}/roles`]: answer('Roles of a branch', list('roles', r.role)),
  [`post ${branch}/roles`]: answer('Make a role', changed('role', r.role), 'role.exists', 'role.limit', ...onChange),
  [`get ${branch}/roles/{role_name}`]: answer('A role', z.looseObject({ role: r.role })),
  [`delete ${branch}/roles/{role_name}`]: deletion('Drop a role', changed('role', r.role), 'role.in-use', ...onChange),
  [`get ${branch}/roles/{role_name}/reveal_password`]: answer(
    'The password of a role',
    z.object({ password: z.string() }),
    'role.password-unknown',
  ),
  [`post ${branch}/roles/{role_name}/reset_password`]: answer(
    'Give a role a new password',
    changed('role', r.role),
    'role.no-login',
    'role.in-use',
    ...onChange,
  ),
  ...dataApiRoutes(`${branch}/data-api`),
  ...dataApiRoutes(`${branch}/data-api/{database_name}`),
  [`post ${branch}/data-api/{database_name}/rotate_login`]: answer(
    'Have the fleet log in as a new role with a new password, without downtime',
    z.looseObject({ operations: r.operations }),
    'data-api.not-active',
    onBusy,
  ),
  'get /projects/{project_id}/jwks': answer('Providers of a project', list('jwks', r.jwks)),
  'post /projects/{project_id}/jwks': answer(
    'Add a provider',
    changed('jwks', r.jwks),
    'jwks.exists',
    'jwks.unusable',
    onBusy,
  ),
  'delete /projects/{project_id}/jwks/{jwks_id}': answer('Remove a provider', r.jwks, onBusy),
  'get /projects/{project_id}/operations': answer(
    'Operations, newest first',
    z.looseObject({ operations: r.operations, pagination: r.cursor }),
  ),
  'get /projects/{project_id}/operations/{operation_id}': answer(
    'An operation',
    z.looseObject({ operation: r.operation }),
  ),
  'get /projects/{project_id}/advisors': answer(
    'What to improve in a database and its data API',
    z.looseObject({ issues: z.array(z.unknown()) }),
    'advisors.not-available',
  ),
  'get /api_keys': answer('API keys in force', z.array(r.apiKey), 'auth.personal-key-needed'),
  'post /api_keys': answer(
    'Make an API key, which is shown this once',
    r.apiKey.extend({ key: z.string() }),
    'auth.personal-key-needed',
    'project.not-found',
  ),
  'delete /api_keys/{id}': answer('Revoke an API key', r.apiKey, 'auth.personal-key-needed'),
  'get /audit_log': answer(
    'Who changed or revealed what, newest first',
    z.looseObject({ entries: z.array(r.auditEntry), pagination: r.cursor }),
    'pagination.cursor-unknown',
    'project.not-found',
  ),
  'get /auth': answer('How the caller got in', z.looseObject({ account_id: z.string(), auth_method: z.string() })),
  'get /users/me': answer('Who am I', z.looseObject({ id: z.string(), login: z.string() })),
  'get /users/me/organizations': answer('The one there is', list('organizations', r.organization)),
  'get /organizations/{org_id}': answer('The organization', r.organization),
  'get /organizations/{org_id}/api_keys': answer('API keys in force', z.array(r.apiKey), 'auth.personal-key-needed'),
  'post /organizations/{org_id}/api_keys': answer(
    'Make an API key, which is shown this once',
    r.apiKey.extend({ key: z.string() }),
    'auth.personal-key-needed',
    'project.not-found',
  ),
  'delete /organizations/{org_id}/api_keys/{key_id}': answer('Revoke an API key', r.apiKey, 'auth.personal-key-needed'),
  'get /regions': answer('Regions', list('regions', z.unknown())),
  'get /openapi.json': answer('This document', z.looseObject({ openapi: z.string() })),
});
