import { createHostTable } from './host-table.js';

const table = createHostTable([
  { key: 'root', hostnames: ['api.example', 'API2.example:8080'], pathPrefix: '' },
  { key: 'short', hostnames: ['api.example'], pathPrefix: '/a' },
  { key: 'long', hostnames: ['api.example'], pathPrefix: '/a/b c' },
  { key: 'only', hostnames: ['only.example'], pathPrefix: '/appdb/rest/v1' },
]);

describe('createHostTable', () => {
  it.each([
    ['api.example', '/x?', { key: 'root', prefix: '', path: '/x?' }],
    ['API.Example.:443', '/', { key: 'root', prefix: '', path: '/' }],
    ['api2.example', '/x', { key: 'root', prefix: '', path: '/x' }],
    ['api.example', '/a', { key: 'short', prefix: '/a', path: '/' }],
    ['api.example', '/a/x', { key: 'short', prefix: '/a', path: '/x' }],
    ['api.example', '/ab/x', { key: 'root', prefix: '', path: '/ab/x' }],
    ['api.example', '/a/b%20c/x/y', { key: 'long', prefix: '/a/b%20c', path: '/x/y' }],
    ['only.example', '/appdb/rest/v1/', { key: 'only', prefix: '/appdb/rest/v1', path: '/' }],
  ])('%s %s', (host, path, expected) => {
    expect(table(host, path)).toEqual(expected);
  });

  it.each([
    ['other.example', '/'],
    ['only.example', '/appdb/rest'],
    ['x.api.example', '/'],
    ['', '/'],
    ['api.example/x', '/'],
  ])('names nothing: %s %s', (host, path) => {
    expect(table(host, path)).toBeUndefined();
  });
});
