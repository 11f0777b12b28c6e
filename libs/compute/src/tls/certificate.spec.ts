import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { authorityCertificatePath, serverCertificate } from './certificate-authority.js';
import { createAuthority, createServerCertificate, type KeyAndCertificate } from './certificate.js';

const authority = { ...createAuthority('an authority', 30), name: 'an authority' };
const server = createServerCertificate(authority, ['localhost', '127.0.0.1', '::1'], 10);

/** @returns the reason why the client broke off, or undefined when it trusted the server. */
async function handshake(host: string, shown: KeyAndCertificate, trusted: string): Promise<string | undefined> {
  const listener = tls.createServer({ key: shown.key, cert: shown.certificate }, (socket) => socket.end());
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await new Promise((resolve) => {
      const client = tls.connect({
        host: '127.0.0.1',
        port,
        ca: trusted,
        servername: host === '127.0.0.1' ? '' : host,
      });
      client.once('secureConnect', () => resolve(undefined));
      client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    listener.close();
  }
}

describe('certificates', () => {
  it('of the authority sign themselves and nothing but certificates', () => {
    const certificate = new X509Certificate(authority.certificate);
    expect([certificate.ca, certificate.verify(certificate.publicKey), certificate.subject]).toEqual([
      true,
      true,
      'CN=an authority',
    ]);
  });

  it('of a server carry its names, its days and the authority', () => {
    const certificate = new X509Certificate(server.certificate);
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(certificate.ca).toBe(false);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(days).toBe(10);
  });

  it.each([
    ['a name it has', 'localhost', authority.certificate, undefined],
    ['an address it has', '127.0.0.1', authority.certificate, undefined],
    ['a name it has not', 'other.test', authority.certificate, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['another authority', 'localhost', createAuthority('other', 1).certificate, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('are believed or not by a client: %s', async (_, host, trusted, reason) =>
    expect(await handshake(host, server, trusted)).toBe(reason),
  );
});

describe('serverCertificate', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-ca-'));
  afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

  it('keeps the authority and a certificate that fits, and makes another one when it does not', async () => {
    const all = await Promise.all([1, 2, 3].map(() => serverCertificate(home, ['localhost', '127.0.0.1'], undefined)));
    const first = all[0] === 'keep' ? undefined : all[0]?.certificate;
    const trusted = fs.readFileSync(authorityCertificatePath(home), 'utf8');
    for (const made of all) {
      expect(
        made === 'keep' ? false : new X509Certificate(made.certificate).verify(new X509Certificate(trusted).publicKey),
      ).toBe(true);
    }
    expect(await serverCertificate(home, ['localhost', '127.0.0.1'], first)).toBe('keep');
    expect(await serverCertificate(home, ['elsewhere.test'], first)).not.toBe('keep');
    expect(await serverCertificate(home, ['localhost'], server.certificate)).not.toBe('keep');
    expect(await serverCertificate(home, ['localhost'], 'no certificate')).not.toBe('keep');
    expect(fs.statSync(path.join(home, 'ca', 'ca.key')).mode & 0o777).toBe(0o600);
  });
});
