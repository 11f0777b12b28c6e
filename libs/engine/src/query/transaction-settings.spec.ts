import { filmConfig } from '../../test/film-config.js';
import { films } from '../../test/film-plan.js';
import { parseApiRequest } from '../api-request/api-request.js';
import { refusedRole, settingsStatement, type TransactionSettings } from './transaction-settings.js';

const request = parseApiRequest(
  {
    method: 'GET',
    path: '/films',
    query: 'id=eq.1',
    headers: [
      ['prefer', 'timezone=UTC'],
      ['cookie', 'a=1'],
    ],
    body: Buffer.alloc(0),
  },
  filmConfig,
);

const plain: TransactionSettings = {
  request,
  auth: { role: 'editor', claimsJson: '{}', anonymous: false },
  config: { ...filmConfig, extraSearchPath: ['kit'] },
  role: undefined,
  routine: undefined,
  readOnly: false,
  roleIsFresh: false,
  schemaVersion: undefined,
};

function names(wanted: Partial<TransactionSettings>): readonly string[] {
  const { text } = settingsStatement({ ...plain, ...wanted });
  return [...text.matchAll(/set_config\('([^']+)'/g)].map(([, name]) => name ?? '');
}

describe('the settings statement', () => {
  it("sets the role behind the role's own settings and before everything that is told to it", () => {
    const [touch] = films.routines({ schema: 'api', name: 'touch' });
    const config = {
      ...plain.config,
      appSettings: { x: 'y' },
      statementTimeoutMs: 5_000,
      hoistedTxSettings: ['statement_timeout'],
    };
    expect(names({ config, role: films.role('editor'), routine: touch, readOnly: true })).toEqual([
      'search_path',
      'statement_timeout',
      'statement_timeout',
      'role',
      'request.jwt.claims',
      'request.method',
      'request.path',
      'request.headers',
      'request.cookies',
      'timezone',
      'statement_timeout',
      'app.settings.x',
      'transaction_read_only',
    ]);
  });

  it('hoists only what is configured', () => {
    const [touch] = films.routines({ schema: 'api', name: 'touch' });
    expect(names({ config: { ...plain.config, hoistedTxSettings: ['work_mem'] }, routine: touch })).not.toContain(
      'statement_timeout',
    );
  });

  it('has a text that does not depend on who asks', () => {
    const { text } = settingsStatement(plain);
    const auth = { role: `o'dd"`, claimsJson: '{"role":"x"}', anonymous: false };
    expect(settingsStatement({ ...plain, auth }).text).toBe(text);
  });

  it("compares the schema's version before anything else", () => {
    const { text, values } = settingsStatement({ ...plain, schemaVersion: '12:3' });
    expect(text.indexOf('perch.schema_bump')).toBeLessThan(text.indexOf('set_config'));
    expect(values[0]).toBe('12:3');
  });

  it('looks the role up unless that was done a moment ago, and asks what it has become in any case', () => {
    const whole = settingsStatement(plain).text;
    const cheap = settingsStatement({ ...plain, roleIsFresh: true }).text;
    expect([whole.includes('rolbypassrls'), cheap.includes('rolbypassrls')]).toEqual([true, false]);
    expect(cheap.lastIndexOf('set_config')).toBeLessThan(cheap.indexOf('is_superuser'));
  });
});

describe('a refused role', () => {
  it.each([
    ['invalid input syntax for type integer: "PERCH_REFUSED_ROLE postgres"', 'postgres'],
    ['invalid input syntax for type integer: "PERCH_REFUSED_ROLE a"b"', 'a"b'],
    ['invalid input syntax for type integer: "x"', undefined],
  ])('is told by %j: %s', (message, role) => {
    expect(refusedRole(message)).toBe(role);
  });
});
