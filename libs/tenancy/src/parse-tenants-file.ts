/** The text of a tenants file in, its entries or every problem found in it out (product.md section 2). */
import { tenantsFileSchema, type TenantsFileEntry } from '@perch/contract';
import { hostName } from './host.js';
import { reasonOf } from './reason-of.js';

export type ParsedTenantsFile =
  | { readonly kind: 'entries'; readonly entries: readonly TenantsFileEntry[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** PostgREST refuses to start with a shorter one, because HS256 is only as strong as its secret (RFC 7518 3.2). */
const minSecretBytes = 32;

/** What is wrong with the value of `jwt_role_claim_key`; undefined when it can be read. */
export type CheckRoleClaimKey = (key: string) => string | undefined;

export function parseTenantsFile(text: string, checkRoleClaimKey: CheckRoleClaimKey): ParsedTenantsFile {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { kind: 'problems', problems: [`it is not JSON: ${reasonOf(error)}`] };
  }
  const parsed = tenantsFileSchema.safeParse(document);
  if (!parsed.success) {
    return { kind: 'problems', problems: parsed.error.issues.flatMap((issue) => describeIssue(issue, document)) };
  }
  const problems = [
    ...repeatedNames(parsed.data),
    ...repeatedAddresses(parsed.data),
    ...jwtProblems(parsed.data),
    ...roleClaimProblems(parsed.data, checkRoleClaimKey),
  ];
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'entries', entries: parsed.data };
}

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

function describeIssue(issue: Issue, document: unknown): readonly string[] {
  const [index, ...rest] = issue.path;
  const where = [...(index === undefined ? [] : [entryName(document, index)]), ...rest.map(String)];
  const prefix =
    where.length === 0 ? '' : `${[where[0], where.slice(1).join('.')].filter((part) => part !== '').join(': ')}: `;
  if (issue.code === 'unrecognized_keys') {
    const kind = rest[0] === 'settings' && rest.length === 1 ? 'setting' : 'key';
    return (issue.keys ?? []).map((key) => `${prefix}unknown ${kind} '${key}'`);
  }
  const inner = issue.errors?.flat()[0]?.message;
  return [`${prefix}${(inner ?? issue.message).replace(/^Invalid input: /, '')}`];
}

function entryName(document: unknown, index: PropertyKey): string {
  const entry: unknown = Array.isArray(document) ? document[Number(index)] : undefined;
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' && name !== '' ? `tenant '${name}'` : `entry ${Number(index) + 1}`;
}

function repeatedNames(entries: readonly TenantsFileEntry[]): readonly string[] {
  const names = entries.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map(
    (name) => `tenant '${name}': the name is used more than once`,
  );
}

function repeatedAddresses(entries: readonly TenantsFileEntry[]): readonly string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, hostnames, path_prefix: prefix } of entries) {
    for (const written of new Set(hostnames)) {
      const host = hostName(written);
      if (host === undefined) {
        problems.push(`tenant '${name}': hostnames: '${written}' is not a host name`);
        continue;
      }
      const owner = owners.get(host + prefix);
      if (owner !== undefined && owner !== name)
        problems.push(`tenant '${name}': '${host}${prefix}' is already the address of tenant '${owner}'`);
      owners.set(host + prefix, name);
    }
  }
  return problems;
}

function jwtProblems(entries: readonly TenantsFileEntry[]): readonly string[] {
  return entries.flatMap(({ name, jwt }) => {
    const problems: string[] = [];
    if (jwt.secret != null) {
      const size = jwt.secret_is_base64 ? base64Bytes(jwt.secret) : Buffer.byteLength(jwt.secret);
      if (size === undefined) problems.push(`tenant '${name}': jwt.secret is not base64`);
      else if (size < minSecretBytes)
        problems.push(`tenant '${name}': jwt.secret is too short, it needs at least ${minSecretBytes} bytes`);
    }
    if (jwt.jwks_url != null && !/^https?:\/\//i.test(jwt.jwks_url))
      problems.push(`tenant '${name}': jwt.jwks_url must be an http or https URL`);
    return problems;
  });
}

function roleClaimProblems(entries: readonly TenantsFileEntry[], check: CheckRoleClaimKey): readonly string[] {
  return entries.flatMap(({ name, settings }) => {
    const problem = settings.jwt_role_claim_key === undefined ? undefined : check(settings.jwt_role_claim_key);
    return problem === undefined ? [] : [`tenant '${name}': settings.jwt_role_claim_key: ${problem}`];
  });
}

/** Length of what the text encodes; undefined when it is no base64 (either alphabet). */
function base64Bytes(text: string): number | undefined {
  return /^[\w+/-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64').length : undefined;
}
