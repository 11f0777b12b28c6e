/** What a user may write for a setting, and what it means. */
import { proxyUriProblem, settingsInputSchema } from './settings.js';

describe('settings', () => {
  it.each([
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    [['https://a.example'], ['https://a.example']],
    ['', null],
    [' , ', null],
    [null, null],
    [[], []],
  ])('take %j for the origins that browsers may call from', (written, meant) => {
    expect(settingsInputSchema.parse({ server_cors_allowed_origins: written })).toEqual({
      server_cors_allowed_origins: meant,
    });
  });

  it.each([
    'db_anon_role',
    'db_pre_request',
    'db_root_spec',
    'openapi_server_proxy_uri',
    'server_trace_header',
    'db_pre_config',
  ])('take an empty text for no %s', (name) => {
    expect(settingsInputSchema.parse({ [name]: '' })).toEqual({ [name]: null });
    expect(settingsInputSchema.parse({ [name]: 'x' })).toEqual({ [name]: 'x' });
  });

  it.each([
    ['https://api.example.org', true],
    ['HTTP://api.example.org:8443/base/', true],
    ['http://[::1]:3000', true],
    ['https:api.example.org', false],
    ['api.example.org', false],
    ['ftp://api.example.org', false],
    ['https://', false],
    ['https:///base', false],
    ['https://a@api.example.org', false],
    ['https://api.example.org:0', false],
    ['https://api.example.org:70000', false],
    ['https://api.example.org/?', false],
    ['https://api.example.org/#a', false],
    ['https://api example.org', false],
  ])('%s may be the public address: %s', (uri, fine) => {
    expect(proxyUriProblem(uri) === undefined).toBe(fine);
  });
});
