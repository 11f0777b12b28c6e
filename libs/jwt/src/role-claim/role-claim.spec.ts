import type { JsonObject } from '../json-value.js';
import { compileRoleClaim } from './role-claim.js';

const claims: JsonObject = {
  role: 'plain',
  'a b': 'spaced',
  'https://x.test/role': { key: 'by-url' },
  roles: ['reader', 'app_writer', 'app_admin', 5],
  groups: { b: 'grp_b', a: 'grp_a' },
  mixed: [null, { name: 'x', rank: 2, role: 'second' }, { name: 'y', rank: 1, role: 'first' }],
  path: '/team/web/',
  number: 5,
  nothing: null,
  list: ['z'],
  empty: '',
};

describe('compileRoleClaim', () => {
  const table: [key: string, role: string | undefined][] = [
    // The older syntax.
    ['.role', 'plain'],
    ['."a b"', 'spaced'],
    ['."https://x.test/role".key', 'by-url'],
    ['.roles[1]', 'app_writer'],
    ['.roles[9]', undefined],
    ['.missing.deeper', undefined],
    ['.role.deeper', undefined],
    ['.constructor', undefined],
    ['.number', '5'],
    ['.nothing', 'null'],
    ['.list', '["z"]'],
    ['.empty', ''],
    ['.roles[?(@ == "reader")]', 'reader'],
    ['.roles[?(@ != "reader")]', 'app_writer'],
    ['.roles[?(@ ^== "app_")]', 'app_writer'],
    ['.roles[?(@ ==^ "admin")]', 'app_admin'],
    ['.roles[?(@ *== "_wri")]', 'app_writer'],
    ['.roles[?(@=="5")]', undefined],
    ['.role[?(@ == "plain")]', undefined],
    ['.path[1:5]', 'team'],
    ['.path[1:-1]', 'team/web'],
    ['.path[6:]', 'web/'],
    ['.path[:]', '/team/web/'],
    ['.path[5:2]', undefined],
    ['.roles[1][4:]', 'writer'],
    // RFC 9535.
    ['$.role', 'plain'],
    ["$['a b']", 'spaced'],
    ['$["a b"]', 'spaced'],
    ['$ ["\\u0061 b"]', 'spaced'],
    ["$['https://x.test/role'].key", 'by-url'],
    ['$.roles[1]', 'app_writer'],
    ['$.roles[-2]', 'app_admin'],
    ['$.roles[9]', undefined],
    ['$.role[0]', undefined],
    ['$.roles[1:3]', 'app_writer'],
    ['$.roles[::-1]', '5'],
    ['$.roles[3,0]', '5'],
    ['$.roles[*]', 'reader'],
    ['$.groups.*', 'grp_b'],
    ['$..key', 'by-url'],
    ['$.roles[?search(@, "^app_")]', 'app_writer'],
    ['$.roles[?search(@, "min$")]', 'app_admin'],
    ['$.roles[?match(@, "app_.*n")]', 'app_admin'],
    ['$.roles[?match(@, "app")]', undefined],
    ['$.roles[?@ == "app_admin"]', 'app_admin'],
    ['$.roles[?(@ != "reader")]', 'app_writer'],
    ['$.roles[?@ > "b" && @ < "z"]', 'reader'],
    ['$.roles[?@ == 5]', '5'],
    ['$.roles[?length(@) == 10]', 'app_writer'],
    ['$.mixed[?@.rank < 2].role', 'first'],
    ['$.mixed[?@.name == "x" || @.name == "y"].role', 'second'],
    ['$.mixed[?!(@.name == "x") && @.name].role', 'first'],
    ['$.mixed[?count(@.*) == 3].role', 'second'],
    ['$.mixed[?value(@..rank) >= 2].role', 'second'],
    ['$.mixed[?@.role == $.mixed[2].role].name', 'y'],
    ['$.mixed[?@ == null]', 'null'],
    ['$.missing', undefined],
  ];
  for (const [key, role] of table) {
    it(`finds ${JSON.stringify(role)} by ${key}`, () => expect(compileRoleClaim(key)(claims)).toBe(role));
  }

  const refused = [
    '',
    'role',
    '@.role',
    '.',
    '.a-b',
    '.a[',
    '.a[-1]',
    '[0]',
    '.a.',
    '."x',
    '.roles[?(@ == "a")].next',
    '.roles[?(@ < "a")]',
    '$.',
    '$.a b',
    '$[',
    '$[a]',
    '$["x',
    '$.a[?]',
    '$.a[?@.b]x',
    '$.a[?@.* == 1]',
    '$.a[?"x"]',
    '$.a[?search(@, "(")]',
    '$.a[?nothing(@) == 1]',
    '$.a[01]',
    `.${'a'.repeat(1_000)}`,
  ];
  for (const key of refused) {
    it(`refuses ${key.slice(0, 40)}`, () => {
      expect(() => compileRoleClaim(key)).toThrow('failed to parse role-claim-key value');
    });
  }

  it('does not work without bounds for a path that selects without bounds', () => {
    let deep: JsonObject = { role: 'x' };
    for (let depth = 0; depth < 490; depth += 1) deep = { a: deep };
    const started = performance.now();
    expect(compileRoleClaim('$..*..*..*..*..role')(deep)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('does not match the same long text for ever', () => {
    const long: JsonObject = { text: 'a'.repeat(4_000), list: Array.from({ length: 10_000 }, () => 1) };
    const started = performance.now();
    expect(compileRoleClaim('$.list[?match($.text, "(a?){200}b")]')(long)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
