/**
 * Lets the roles of requests into the exposed schemas: present objects one by one, as far as the owner may (a statement
 * over all of them would stop at the first of another owner), and the owner's future ones by default privileges.
 */
import { quoteIdentifier } from '@perch/postgres';
import { missingGrantsSql } from '../missing-grants.sql.js';
import { anonymousGroup, authenticatedGroup, type ProvisioningSpec } from '../provisioning-spec.js';
import type { Session } from '../session.js';
import { authSchemaMark } from './create-auth-schema.js';
import type { ProvisioningStep } from './step.js';

type ObjectKind = 'schema' | 'table' | 'sequence';

interface WantedGrant {
  readonly kind: ObjectKind;
  readonly role: string;
  readonly privilege: string;
}

interface MissingGrant extends WantedGrant {
  readonly schema: string;
  readonly name: string | null;
  readonly owner: string;
  readonly grantable: boolean;
}

/** Objects in one GRANT; a statement of bounded length. */
const OBJECTS_PER_STATEMENT = 500;

export const grantAccess: ProvisioningStep = {
  name: 'grant-access',
  async run({ spec, owner }) {
    const schemas = await presentSchemas(owner, spec.schemas);
    const absent = spec.schemas.filter((schema) => !schemas.includes(schema));
    const wanted = wantedGrants(spec);
    const missing = [
      ...(await findMissing(owner, schemas, wanted)),
      ...(await findMissing(
        owner,
        await ourAuthSchema(owner),
        wanted.filter(({ kind }) => kind === 'schema'),
      )),
    ];
    for (const text of grantStatements(missing.filter(({ grantable }) => grantable))) await owner.run({ text });
    for (const text of defaultPrivileges(schemas, wanted)) await owner.run({ text });
    return {
      status: 'finished',
      findings: {
        skippedGrants: missing.filter(({ grantable }) => !grantable).map(describeSkipped),
        notes: absent.map((schema) => `The schema '${schema}' is not there yet; nothing was granted in it.`),
      },
    };
  },
};

/** Decision 2: reading for everybody with a token; the rest where the user asked for it. */
function wantedGrants(spec: ProvisioningSpec): readonly WantedGrant[] {
  const reading = (role: string): readonly WantedGrant[] => [
    { kind: 'schema', role, privilege: 'USAGE' },
    { kind: 'table', role, privilege: 'SELECT' },
  ];
  const role = authenticatedGroup;
  const writing: readonly WantedGrant[] = [
    ...['INSERT', 'UPDATE', 'DELETE'].map((privilege) => ({ kind: 'table' as const, role, privilege })),
    ...['USAGE', 'SELECT'].map((privilege) => ({ kind: 'sequence' as const, role, privilege })),
  ];
  return [
    ...reading(authenticatedGroup),
    ...(spec.addAnonymousGrants ? reading(anonymousGroup) : []),
    ...(spec.addDefaultGrants ? writing : []),
  ];
}

async function presentSchemas(owner: Session, schemas: readonly string[]): Promise<readonly string[]> {
  const text = 'select nspname::text as name from pg_namespace where nspname = any($1::text[])';
  return (await owner.rows<{ name: string }>({ text, values: [schemas] })).map(({ name }) => name);
}

async function ourAuthSchema(owner: Session): Promise<readonly string[]> {
  const text = `select nspname::text as name from pg_namespace
                 where nspname = 'auth' and starts_with(obj_description(oid, 'pg_namespace'), $1)`;
  return (await owner.rows<{ name: string }>({ text, values: [authSchemaMark] })).map(({ name }) => name);
}

async function findMissing(owner: Session, schemas: readonly string[], wanted: readonly WantedGrant[]) {
  if (schemas.length === 0) return [];
  const column = <K extends keyof WantedGrant>(key: K) => wanted.map((grant) => grant[key]);
  const values = [schemas, column('kind'), column('role'), column('privilege')];
  return owner.rows<MissingGrant>({ text: missingGrantsSql, values });
}

/** One statement for all objects that miss the same privileges for the same role. */
function grantStatements(missing: readonly MissingGrant[]): readonly string[] {
  const privileges = new Map<string, { readonly grant: MissingGrant; readonly list: string[] }>();
  for (const grant of missing) {
    const key = JSON.stringify([grant.kind, grant.schema, grant.name, grant.role]);
    const known = privileges.get(key);
    if (known === undefined) privileges.set(key, { grant, list: [grant.privilege] });
    else known.list.push(grant.privilege);
  }
  const objects = new Map<string, { readonly grant: MissingGrant; readonly list: string; readonly names: string[] }>();
  for (const { grant, list } of privileges.values()) {
    const joined = list.join(', ');
    const key = JSON.stringify([grant.kind, joined, grant.role]);
    const known = objects.get(key);
    if (known === undefined) objects.set(key, { grant, list: joined, names: [objectName(grant)] });
    else known.names.push(objectName(grant));
  }
  return [...objects.values()].flatMap(({ grant, list, names }) =>
    chunks(names, OBJECTS_PER_STATEMENT).map(
      (chunk) => `GRANT ${list} ON ${grant.kind.toUpperCase()} ${chunk.join(', ')} TO ${quoteIdentifier(grant.role)}`,
    ),
  );
}

function defaultPrivileges(schemas: readonly string[], wanted: readonly WantedGrant[]): readonly string[] {
  if (schemas.length === 0) return [];
  const where = schemas.map(quoteIdentifier).join(', ');
  const groups = new Map<string, { readonly grant: WantedGrant; readonly list: string[] }>();
  for (const grant of wanted.filter(({ kind }) => kind !== 'schema')) {
    const key = `${grant.kind} ${grant.role}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { grant, list: [grant.privilege] });
    else known.list.push(grant.privilege);
  }
  return [...groups.values()].map(
    ({ grant, list }) =>
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${where} GRANT ${list.join(', ')} ON ${grant.kind.toUpperCase()}S ` +
      `TO ${quoteIdentifier(grant.role)}`,
  );
}

function objectName({ schema, name }: MissingGrant): string {
  return name === null ? quoteIdentifier(schema) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function describeSkipped(grant: MissingGrant): string {
  const object = grant.name === null ? grant.schema : `${grant.schema}.${grant.name}`;
  const statement =
    `GRANT ${grant.privilege} ON ${grant.kind.toUpperCase()} ${objectName(grant)} TO ` + quoteIdentifier(grant.role);
  return `${grant.privilege} on ${grant.kind} '${object}' to '${grant.role}': only its owner '${grant.owner}' may grant it, by ${statement}.`;
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
