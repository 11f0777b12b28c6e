import { serverAddress, type AddressSource } from './server-address.js';

const plain: AddressSource = { proxyUri: undefined, host: undefined, forwardedProto: undefined, pathPrefix: '' };

describe('where clients reach an API', () => {
  test.each<[string, Partial<AddressSource>, ReturnType<typeof serverAddress>]>([
    ['nothing known', {}, { scheme: 'http', host: 'localhost', basePath: '/' }],
    ['Host', { host: 'ep-x.example.org:4100' }, { scheme: 'http', host: 'ep-x.example.org:4100', basePath: '/' }],
    ['TLS in front', { host: 'h', forwardedProto: 'https, http' }, { scheme: 'https', host: 'h', basePath: '/' }],
    ['a prefix', { host: 'h', pathPrefix: '/db/rest/v1' }, { scheme: 'http', host: 'h', basePath: '/db/rest/v1' }],
    [
      'a proxy',
      { host: 'h', pathPrefix: '/p', proxyUri: 'https://api.example.org/v1/' },
      { scheme: 'https', host: 'api.example.org:443', basePath: '/v1/' },
    ],
    [
      'a proxy with a port',
      { proxyUri: 'http://api.example.org:8080' },
      { scheme: 'http', host: 'api.example.org:8080', basePath: '/' },
    ],
  ])('by %s', (_, source, address) => {
    expect(serverAddress({ ...plain, ...source })).toEqual(address);
  });
});
