import { parseTenantsFile } from './parse-tenants-file.js';

const entry = { name: 'base', hostnames: ['base.example'], database_url: 'postgres://a@b/c' };
const checkRoleClaimKey = (key: string) =>
  key.startsWith('.') || key.startsWith('$') ? undefined : 'it cannot be read';
const problemsOf = (document: unknown) => {
  const parsed = parseTenantsFile(
    typeof document === 'string' ? document : JSON.stringify(document),
    checkRoleClaimKey,
  );
  return parsed.kind === 'problems' ? parsed.problems : [];
};

describe('parseTenantsFile', () => {
  it('fills what an entry leaves out', () => {
    expect(parseTenantsFile(JSON.stringify([entry]), checkRoleClaimKey)).toEqual({
      kind: 'entries',
      entries: [
        { ...entry, path_prefix: '', settings: {}, jwt: { secret_is_base64: false, audience_required: false } },
      ],
    });
  });

  it('takes lists as arrays and as comma-separated text', () => {
    const parsed = parseTenantsFile(
      JSON.stringify([{ ...entry, settings: { db_schemas: ['a', 'b'], db_extra_search_path: 'c, d,' } }]),
      checkRoleClaimKey,
    );
    expect(parsed).toMatchObject({
      entries: [{ settings: { db_schemas: ['a', 'b'], db_extra_search_path: ['c', 'd'] } }],
    });
  });

  it.each([
    [{ jwt_cache_max_entries: 0 }, { jwt_cache_max_lifetime: 0 }],
    [{ jwt_cache_max_entries: 0, jwt_cache_max_lifetime: 9 }, { jwt_cache_max_lifetime: 9 }],
    [{ jwt_cache_max_entries: 1000 }, {}],
  ])("takes PostgREST's %j", (settings, meant) => {
    const parsed = parseTenantsFile(JSON.stringify([{ ...entry, settings }]), checkRoleClaimKey);
    expect(parsed.kind === 'entries' && parsed.entries[0]?.settings).toEqual(meant);
  });

  it('names a role claim key that cannot be read', () => {
    expect(problemsOf([{ ...entry, settings: { jwt_role_claim_key: 'role[' } }])).toEqual([
      "tenant 'base': settings.jwt_role_claim_key: it cannot be read",
    ]);
  });

  it('names every problem at once', () => {
    expect(
      problemsOf([
        { ...entry, settings: { db_shemas: 'x', pool_size: 0 }, extra: 1 },
        { hostnames: [], path_prefix: 'a/', database_url: 'mysql://x' },
      ]),
    ).toEqual([
      expect.stringMatching(/^tenant 'base': settings\.pool_size: /),
      "tenant 'base': settings: unknown setting 'db_shemas'",
      "tenant 'base': unknown key 'extra'",
      expect.stringMatching(/^entry 2: name: /),
      expect.stringMatching(/^entry 2: hostnames: /),
      'entry 2: path_prefix: a path prefix is empty or starts with a slash and does not end with one',
      'entry 2: database_url: a database URL starts with postgres:// or postgresql://',
    ]);
  });

  it.each([
    ['not json', /^it is not JSON: /],
    [{}, /expected array/],
    [[entry, entry], /^tenant 'base': the name is used more than once$/],
    [
      [entry, { ...entry, name: 'other', hostnames: ['BASE.example.:80'] }],
      /^tenant 'other': 'base.example' is already the address of tenant 'base'$/,
    ],
    [
      [{ ...entry, settings: { db_schemas: 'api, pg_catalog' } }],
      /^tenant 'base': settings\.db_schemas: 'pg_catalog' is PostgreSQL's own schema and cannot be exposed$/,
    ],
    [
      [{ ...entry, settings: { openapi_server_proxy_uri: 'api.example.org' } }],
      /^tenant 'base': settings\.openapi_server_proxy_uri: an address is like /,
    ],
    [[{ ...entry, hostnames: ['a b'] }], /^tenant 'base': hostnames: 'a b' is not a host name$/],
    [[{ ...entry, jwt: { secret: 'short' } }], /^tenant 'base': jwt.secret is too short/],
    [[{ ...entry, jwt: { secret: '*'.repeat(40), secret_is_base64: true } }], /jwt.secret is not base64$/],
    [[{ ...entry, jwt: { jwks_url: 'file:///etc/passwd' } }], /jwks_url must be an http or https URL$/],
  ])('refuses %j', (document, expected) => {
    expect(problemsOf(document)).toEqual([expect.stringMatching(expected)]);
  });

  it('shows no secret in its problems', () => {
    const secret = 'hush-hush-hush';
    const problems = problemsOf([
      { ...entry, database_url: `mysql://u:${secret}@h/d`, jwt: { secret: { [secret]: 1 }, audience: 3 } },
    ]);
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.join()).not.toContain(secret);
  });
});
