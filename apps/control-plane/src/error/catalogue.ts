/**
 * Every error of the management API: one row per code with its status, its message and what a user does about it.
 * Codes are for ever. 423 and 503 may be sent again as they are; clients of the contract do so by themselves.
 */
export interface CatalogueRow<Args extends readonly unknown[]> {
  readonly status: number;
  /** A sentence without a stop, names in single quotes. */
  readonly message: (...args: Args) => string;
  /** For docs/errors.md: when it happens and what helps. */
  readonly doc: string;
}

function row<Args extends readonly unknown[]>(
  status: number,
  message: (...args: Args) => string,
  doc: string,
): CatalogueRow<Args> {
  return Object.freeze({ status, message, doc });
}

export const catalogue = Object.freeze({
  'auth.key-missing': row(
    401,
    () => "An API key is needed: send it as 'Authorization: Bearer <key>'",
    'The request has no Authorization header of the Bearer scheme.',
  ),
  'auth.key-invalid': row(
    401,
    () => 'This API key is not known or was revoked',
    'Create a key in the console or with `POST /api_keys`, and check that it was copied whole.',
  ),
  'auth.fleet-token-invalid': row(
    401,
    () => 'The fleet token is not the one of this control plane',
    'PERCH_FLEET_TOKEN of the data plane must be the one of the control plane.',
  ),
  'auth.personal-key-needed': row(
    403,
    () => 'A key of one project may not do this; use a personal API key',
    'Keys made for a project reach that project only and make neither projects nor keys.',
  ),
  'request.invalid': row(
    400,
    (problems: readonly string[]) => `The request does not fit: ${problems.join('; ')}`,
    'Each problem names the field and what was expected of it.',
  ),
  'request.malformed-json': row(
    400,
    (reason: string) => `The body is not JSON: ${reason}`,
    'The body could not be parsed. Nothing was changed.',
  ),
  'request.not-readable': row(
    400,
    (reason: string) => `The request could not be read: ${reason}`,
    'The body was cut off, or its encoding is not known.',
  ),
  'request.body-too-large': row(
    413,
    (limitBytes: number) => `The body is larger than ${limitBytes} bytes`,
    'No request of this API needs so much.',
  ),
  'request.unsupported-media-type': row(
    415,
    (given: string) => `The body must be JSON with the Content-Type 'application/json', not '${given}'`,
    'Send `Content-Type: application/json` with the body.',
  ),
  'route.not-found': row(
    404,
    // The contract's clients look for these words, to tell what a server does not have from what is not there.
    (method: string, path: string) => `The route ${method} ${path} does not exist`,
    'The API starts at /api/v2; its paths are in /api/v2/openapi.json.',
  ),
  'route.not-offered': row(
    404,
    (method: string, path: string, reason: string) => `The route ${method} ${path} does not exist: ${reason}`,
    'A route of the contract whose subject a self-hosted Perch does not have.',
  ),
  'organization.not-found': row(
    404,
    (id: string) => `Organization '${id}' does not exist; see GET /users/me/organizations`,
    'A self-hosted Perch has one organization. Leave `org_id` out.',
  ),
  'project.not-found': row(404, (id: string) => `Project '${id}' does not exist`, 'Or the key does not reach it.'),
  'project.pg-version-unavailable': row(
    400,
    (given: number, offered: number) => `PostgreSQL ${given} is not offered; local computes run PostgreSQL ${offered}`,
    'Leave `pg_version` out, or attach a PostgreSQL of that version.',
  ),
  'project.region-unknown': row(
    400,
    (given: string) => `Region '${given}' is not known; see GET /regions`,
    'A self-hosted Perch has one region. Leave `region_id` out.',
  ),
  'project.option-unavailable': row(
    400,
    (option: string, reason: string) => `'${option}' is not available here: ${reason}`,
    'Refused rather than read over: nothing would enforce it. Leave it out.',
  ),
  'project.no-port': row(
    503,
    (first: number, last: number) => `No free port is left for a local compute between ${first} and ${last}`,
    'Delete projects or move PERCH_PORT_BASE.',
  ),
  'project.try-again': row(
    503,
    () => 'The project could not be made because of others made at the same moment; try again',
    'Send the request again.',
  ),
  'project.protected': row(
    422,
    (id: string) => `Project '${id}' has a protected branch and cannot be deleted`,
    'PATCH the branch with `"protected": false` first.',
  ),
  'project.name-reserved': row(
    400,
    (what: string, name: string) => `The ${what} name '${name}' is reserved`,
    'PostgreSQL or Perch use this name themselves.',
  ),
  'compute.not-usable': row(
    400,
    (reason: string) => `This PostgreSQL cannot be attached: ${reason}`,
    'The server must be reachable, PostgreSQL 14 or newer, and the role must have CREATEROLE. A new URL of a branch must lead to the same databases, and its role must have the privileges of the one before; else the URL before stays in force.',
  ),
  'branch.not-found': row(404, (id: string) => `Branch '${id}' does not exist`, 'Branch ids start with `br-`.'),
  'branch.busy': row(
    423,
    (reason: string) => `The branch is busy: ${reason}; try again`,
    'One change of a branch at a time. The same request may be sent again as it is; Retry-After says when.',
  ),
  'branch.name-taken': row(
    409,
    (name: string) => `A branch of this project is called '${name}' already`,
    'Names of branches are unique within a project.',
  ),
  'branch.not-ready': row(
    409,
    (id: string, state: string) => `Branch '${id}' cannot be copied in the state '${state}'`,
    'Its operations tell what it waits for.',
  ),
  'branch.not-deletable': row(
    422,
    (id: string, reason: string) => `Branch '${id}' cannot be deleted: ${reason}`,
    'Delete its children first, or make another branch the default one. A root goes with its project.',
  ),
  'branch.protected': row(
    422,
    (id: string, what: string) => `Branch '${id}' is protected and cannot be ${what}`,
    'PATCH it with `"protected": false` first.',
  ),
  'branch.expiry-refused': row(
    422,
    (id: string, reason: string) => `Branch '${id}' cannot expire: ${reason}`,
    'What expires is deleted, so the root, the default branch, protected ones and those with children do not.',
  ),
  'branch.expires': row(
    422,
    (id: string, what: string) => `Branch '${id}' expires and cannot ${what}`,
    'PATCH it with `"expires_at": null` first.',
  ),
  'branch.option-unavailable': row(
    400,
    (option: string, reason: string) => `'${option}' is not available here: ${reason}`,
    'Refused rather than read over, so that no branch is other than what was asked for.',
  ),
  'branch.connection-url-needed': row(
    400,
    () => "A branch of an attached project needs 'branch.perch.connection_url'",
    'Perch copies no Postgres that was attached; make the copy yourself and give its URL.',
  ),
  'endpoint.not-found': row(404, (id: string) => `Endpoint '${id}' does not exist`, 'Endpoint ids start with `ep-`.'),
  'endpoint.exists': row(
    409,
    (branchId: string, id: string) => `Branch '${branchId}' has the endpoint '${id}' already`,
    'A branch has one endpoint.',
  ),
  'endpoint.disabled': row(
    409,
    (id: string) => `Endpoint '${id}' is disabled`,
    'PATCH it with `"disabled": false` first.',
  ),
  'endpoint.attached': row(
    400,
    (id: string) => `Endpoint '${id}' is a Postgres that was attached; Perch neither starts nor stops it`,
    'Suspending and restarting is for local computes.',
  ),
  'endpoint.not-woken': row(
    503,
    (id: string) => `Endpoint '${id}' did not start in time`,
    'For the fleet only. The operations of its project tell why.',
  ),
  'endpoint.option-unavailable': row(
    400,
    (option: string, reason: string) => `'${option}' is not available here: ${reason}`,
    'Refused rather than read over: it would have no effect. Leave it out.',
  ),
  'endpoint.none': row(
    409,
    (branchId: string) => `Branch '${branchId}' has no read-write endpoint`,
    'A data API needs an endpoint on its branch; create one first.',
  ),
  'database.not-found': row(
    404,
    (name: string) => `Database '${name}' does not exist on this branch`,
    'The databases of a branch are in GET …/databases.',
  ),
  'database.exists': row(
    409,
    (name: string) => `Database '${name}' exists already`,
    'Of this branch, or on the server it is attached to.',
  ),
  'database.limit': row(
    422,
    (limit: number) => `A branch has at most ${limit} databases`,
    'Delete some, or use another branch.',
  ),
  'database.in-use': row(
    409,
    (name: string, reason: string) => `Database '${name}' cannot be changed so: ${reason}`,
    'Its data API has the name in its URL, or Perch itself connects through it.',
  ),
  'role.not-found': row(404, (name: string) => `Role '${name}' does not exist on this branch`, 'See GET …/roles.'),
  'role.exists': row(
    409,
    (name: string) => `Role '${name}' exists already`,
    'On this branch, or on the server it is attached to.',
  ),
  'role.limit': row(
    422,
    (limit: number) => `A branch has at most ${limit} roles`,
    'Delete some, or use another branch.',
  ),
  'role.in-use': row(
    409,
    (name: string, reason: string) => `Role '${name}' cannot be changed so: ${reason}`,
    'It owns databases, is the last one that can log in, or is the one Perch connects as.',
  ),
  'role.no-login': row(
    409,
    (name: string) => `Role '${name}' cannot log in and has no password`,
    'Made with `no_login`; it stands for a group.',
  ),
  'role.password-unknown': row(
    412,
    (name: string) => `The password of role '${name}' is not known`,
    'Perch only knows the passwords that it made or was given.',
  ),
  'operation.not-found': row(404, (id: string) => `Operation '${id}' does not exist`, 'Of this project, that is.'),
  'operation.failed': row(
    409,
    (reason: string) => `PostgreSQL did not do it: ${reason}`,
    'The branch is as it was; the operation of the request tells each step.',
  ),
  'advisors.not-available': row(
    409,
    (reason: string) => `The database cannot be looked into: ${reason}`,
    'Advisors look into a running database and wake none. Start its endpoint, or ask the data API for something.',
  ),
  'schema.not-available': row(
    409,
    (database: string, reason: string) => `The schema of '${database}' cannot be read: ${reason}`,
    'Its Postgres is away or did not start; the operations of the project tell more.',
  ),
  'data-api.not-found': row(
    404,
    (database: string) => `Database '${database}' has no data API`,
    'Enable it with POST on the same path.',
  ),
  'data-api.exists': row(
    409,
    (database: string) => `Database '${database}' has a data API already`,
    'GET the same path tells its URL; PATCH changes its settings.',
  ),
  'data-api.not-active': row(
    409,
    (database: string, status: string) => `The data API of '${database}' is not active but '${status}'`,
    'What is in `error` has to be enabled again with POST first.',
  ),
  'data-api.managed-auth-unavailable': row(
    400,
    () => "Managed auth is not available yet; use 'auth_provider': 'external' with a 'jwks_url'",
    'Until then bring an issuer of your own.',
  ),
  'data-api.jwks-url-needed': row(
    400,
    () => "'auth_provider': 'external' needs a 'jwks_url'",
    'The URL at which the issuer publishes its public keys.',
  ),
  'data-api.audiences-differ': row(
    400,
    () => "'jwt_audience' and 'jwks_audience' are two names of one thing and must not differ",
    'Send one of them.',
  ),
  'jwks.unusable': row(
    400,
    (url: string, reason: string) => `No keys could be had from '${url}': ${reason}`,
    'The URL must answer a JSON Web Key Set over https without a redirect, from a public address.',
  ),
  'jwks.not-found': row(404, (id: string) => `Provider '${id}' does not exist`, 'See GET …/jwks.'),
  'jwks.exists': row(
    409,
    (reason: string) => `A data API has one provider at a time: ${reason}`,
    'Remove the other one first. Replacing is removing and adding.',
  ),
  'tenant.not-found': row(404, (key: string) => `There is no data API '${key}'`, 'For the fleet only.'),
  'api-key.not-found': row(404, (id: number) => `API key ${id} does not exist`, 'See GET /api_keys.'),
  'pagination.cursor-unknown': row(
    400,
    (cursor: string) => `The cursor '${cursor}' is not one that this API gave`,
    'Send the cursor of the page before as it was, or none.',
  ),
  'service.unavailable': row(
    503,
    () => 'The metadata database does not answer; try again',
    'Data APIs go on serving meanwhile.',
  ),
  'internal.error': row(
    500,
    () => 'Something went wrong that should not have; the log has it under the request id',
    'Please report it with the request id.',
  ),
});

export type ErrorCode = keyof typeof catalogue;
/** Arguments of each code's message. */
export type ErrorArgs = { readonly [Code in ErrorCode]: Parameters<(typeof catalogue)[Code]['message']> };
