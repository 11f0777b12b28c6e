import { filmConfig } from '../../test/film-config.js';
import { InternalError } from '../error/engine-error.js';
import { films } from '../../test/film-plan.js';
import { refusedRole, settingsTemplate, type SettingsFacts, type SettingsScope } from './transaction-settings.js';

const plain: SettingsScope = {
  method: 'GET',
  schema: 'api',
  roleName: 'editor',
  role: undefined,
  config: { ...filmConfig, extraSearchPath: ['kit'] },
  routine: undefined,
  readOnly: false,
  checksSchema: false,
  hasTimezone: true,
};

const facts: SettingsFacts = {
  claimsJson: '{"sub":"ann"}',
  path: '/films',
  headersJson: '{"x":"1"}',
  cookiesJson: '{"a":"1"}',
  schemaVersion: undefined,
  timezone: 'UTC',
};

function names(wanted: Partial<SettingsScope>): readonly string[] {
  const { text } = settingsTemplate({ ...plain, ...wanted })(facts);
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

  it.each([
    ['work_mem', ['maintenance_work_mem', 'work_mem']],
    ['^work_mem', ['work_mem']],
    ['mem=64MB$', ['maintenance_work_mem']],
    ['work.mem', ['maintenance_work_mem', 'work_mem']],
    ['Work_Mem', []],
    ['(w+)+_mem', []],
    ['app.(one)', ['app.(one)']],
  ])('hoists by %p what PostgREST finds it in', (pattern, hoisted) => {
    const [touch] = films.routines({ schema: 'api', name: 'touch' });
    if (touch === undefined) throw new InternalError('the film world has touch()');
    const settings = [
      ['maintenance_work_mem', '64MB'],
      ['work_mem', '64MB2'],
      ['app.(one)', ''],
    ] as const;
    const config = { ...plain.config, hoistedTxSettings: [pattern] };
    const set = names({ config, routine: { ...touch, settings }, hasTimezone: false });
    expect(set.slice(set.indexOf('request.cookies') + 1)).toEqual(hoisted);
  });

  it('has a text that does not depend on who asks, and the values of each', () => {
    const template = settingsTemplate(plain);
    const other = settingsTemplate({ ...plain, roleName: `o'dd"` });
    const { text, values } = template(facts);
    expect(other({ ...facts, claimsJson: '{}', path: '/' }).text).toBe(text);
    expect(values).toEqual(['editor', 'editor', '{"sub":"ann"}', '/films', '{"x":"1"}', '{"a":"1"}', 'UTC']);
    expect(template({ ...facts, claimsJson: '{}' }).values).toEqual(values.with(2, '{}'));
  });

  it("compares the schema's version before anything else", () => {
    const { text, values } = settingsTemplate({ ...plain, checksSchema: true })({ ...facts, schemaVersion: '12:3' });
    expect(text.indexOf('perch.schema_bump')).toBeLessThan(text.indexOf('set_config'));
    expect(values[0]).toBe('12:3');
  });

  it('looks the role up, and asks what it has become', () => {
    const { text } = settingsTemplate(plain)(facts);
    expect(text.indexOf('rolbypassrls')).toBeLessThan(text.indexOf('set_config'));
    expect(text.lastIndexOf('set_config')).toBeLessThan(text.indexOf('is_superuser'));
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
