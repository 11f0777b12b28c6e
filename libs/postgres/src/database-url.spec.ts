import { DatabaseUrlError } from './database-url-error.js';
import { parseDatabaseUrl } from './database-url.js';

async function parsed(url: string) {
  const { config, plainTextAllowed } = parseDatabaseUrl(url);
  const { password, ...rest } = config;
  return { ...rest, password: typeof password === 'function' ? await password() : password, plainTextAllowed };
}

describe('parseDatabaseUrl', () => {
  const basis = { host: 'h', port: 5432, password: '', ssl: false, plainTextAllowed: true };
  const table: [url: string, parts: object][] = [
    ['postgres://h', basis],
    ['postgresql://u:p@h:6543/d', { ...basis, user: 'u', password: 'p', port: 6543, database: 'd' }],
    ['postgres://u%40x:p%2F%3A@h/a%20b', { ...basis, user: 'u@x', password: 'p/:', database: 'a b' }],
    ['postgres://u@[::1]:1/d', { ...basis, host: '::1', port: 1, user: 'u', database: 'd' }],
    ['postgres:///d?host=/run/pg&port=7', { ...basis, host: '/run/pg', port: 7, database: 'd' }],
    ['postgres://%2Frun%2Fpg/d', { ...basis, host: '/run/pg', database: 'd' }],
    [
      'postgres:///?user=u&password=p&dbname=d',
      { ...basis, host: 'localhost', user: 'u', password: 'p', database: 'd' },
    ],
    [
      'postgres://h/d?options=-c%20a.b%3D1&application_name=x',
      { ...basis, database: 'd', options: '-c a.b=1', application_name: 'x' },
    ],
    ['postgres://h?ssl=true', { ...basis, ssl: {}, plainTextAllowed: false }],
    ['postgres://h?sslmode=require', { ...basis, ssl: { rejectUnauthorized: false }, plainTextAllowed: false }],
    ['postgres://h?sslmode=verify-full&sslrootcert=system', { ...basis, ssl: {}, plainTextAllowed: false }],
  ];
  for (const [url, parts] of table) {
    it(`reads ${url}`, async () => expect(await parsed(url)).toEqual(parts));
  }

  const refused = ['', 'h', 'mysql://h', 'postgres://h:0/d', 'postgres://u:%ZZ@h', 'postgres://h?sslmode=maybe'];
  for (const url of refused) {
    it(`refuses ${JSON.stringify(url)}`, () => expect(() => parseDatabaseUrl(url)).toThrow(DatabaseUrlError));
  }

  it('never repeats a password', () => {
    for (const url of ['postgres://u:hidden@h:0/d', 'postgres://u:hidden@h?sslmode=maybe', 'postgres://u:hidden@ h']) {
      expect(() => parseDatabaseUrl(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hidden') }),
      );
    }
  });
});
