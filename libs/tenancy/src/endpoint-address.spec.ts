import { locateEndpoint } from './endpoint-address.js';

const id = 'ep-calm-lake-a1b2c3d4';

describe('locateEndpoint', () => {
  it.each([
    [`${id}.apirest.perch.test`, '/app/rest/v1/notes', { key: `${id}/app`, prefix: '/app/rest/v1', path: '/notes' }],
    [`${id}.apirest.perch.test:4100`, '/app/rest/v1/', { key: `${id}/app`, prefix: '/app/rest/v1', path: '/' }],
    [`${id.toUpperCase()}.Example.`, '/app/rest/v1', { key: `${id}/app`, prefix: '/app/rest/v1', path: '/' }],
    ['127.0.0.1:4100', `/${id}/app/rest/v1/rpc/f`, { key: `${id}/app`, prefix: `/${id}/app/rest/v1`, path: '/rpc/f' }],
    ['[::1]:4100', `/${id}/app/rest/v1`, { key: `${id}/app`, prefix: `/${id}/app/rest/v1`, path: '/' }],
    ['h', `/${id}/my%20db%2Fx/rest/v1/a`, { key: `${id}/my db/x`, prefix: `/${id}/my%20db%2Fx/rest/v1`, path: '/a' }],
    ['h', `/${id}/app/rest/v1//rest/v1/x`, { key: `${id}/app`, prefix: `/${id}/app/rest/v1`, path: '//rest/v1/x' }],
  ])('%s %s', (host, path, expected) => {
    expect(locateEndpoint(host, path)).toEqual(expected);
  });

  it.each([
    ['127.0.0.1', '/'],
    ['127.0.0.1', `/${id}`],
    ['127.0.0.1', `/${id}/app`],
    ['127.0.0.1', `/${id}/app/rest/v2/x`],
    ['127.0.0.1', `/${id}/app/rest/v1x`],
    ['127.0.0.1', '/not-an-endpoint/app/rest/v1/x'],
    ['127.0.0.1', `/${id}//rest/v1/x`],
    ['127.0.0.1', `/${id}/%ff/rest/v1/x`],
    ['127.0.0.1', `/${id}/${'x'.repeat(64)}/rest/v1/x`],
    [id, '/app/rest/v1/x'],
    [`${id}.example`, `/${id}/app/rest/v1/x`],
    ['', '/app/rest/v1/x'],
  ])('names nothing: %s %s', (host, path) => {
    expect(locateEndpoint(host, path)).toBeUndefined();
  });
});
