import { parseConnectionUrl, withCredentials, withDatabase, withoutCertificate } from './connection-url.js';

describe('connection URLs', () => {
  it.each([
    ['postgresql://u:p@h/a?sslmode=require', 'b', 'postgresql://u:p@h/b?sslmode=require'],
    ['postgres://u@h:6000', 'b c', 'postgres://u@h:6000/b%20c'],
    ['postgres://u@h/a', 'b/c?d', 'postgres://u@h/b%2Fc%3Fd'],
  ])('%s with database %s', (url, database, expected) => expect(withDatabase(url, database)).toBe(expected));

  it.each([
    ['postgresql://u:p@h:1/a?options=x', { role: 'r', password: 's' }, 'postgresql://r:s@h:1/a?options=x'],
    ['postgresql://u@h/a', { role: 'a@b', password: 'p:/@%' }, 'postgresql://a%40b:p%3A%2F%40%25@h/a'],
  ])('%s as another role', (url, credentials, expected) => expect(withCredentials(url, credentials)).toBe(expected));

  it.each([
    ['postgresql://u@h/a?sslmode=verify-full&sslrootcert=/dev/zero', 'sslrootcert'],
    ['postgresql://u@h/a?sslcert=/etc/passwd', 'sslcert'],
    ['postgresql://u@h/a?sslkey=', 'sslkey'],
    ['postgresql://u@h/a?sslcert=-----BEGIN CERTIFICATE-----', 'sslcert'],
    ['postgresql://u@%2Fvar%2Frun%2Fpostgresql/a', 'socket'],
  ])('%s would read what is on the machine that connects', (url, word) =>
    expect(() => parseConnectionUrl(url)).toThrow(
      expect.objectContaining({ code: 'url-invalid', message: expect.stringContaining(word) }),
    ),
  );

  it('the authorities of the system are no file of the user', () =>
    expect(parseConnectionUrl('postgresql://u@h/a?sslmode=verify-full&sslrootcert=system').hostname).toBe('h'));

  it('a certificate itself is no file, and not for libpq, which would take it for one', () => {
    const certificate = encodeURIComponent('-----BEGIN CERTIFICATE-----\nAA+/\n-----END CERTIFICATE-----');
    const url = `postgresql://u:p@h/a?sslmode=verify-full&sslrootcert=${certificate}`;
    expect(withDatabase(url, 'b')).toBe(url.replace('/a?', '/b?'));
    expect(withoutCertificate(url).href).toBe('postgresql://u:p@h/a?sslmode=verify-full');
  });
});
