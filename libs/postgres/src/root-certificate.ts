/**
 * The value of `sslrootcert` in, the certificates of the authorities to believe out. libpq takes the name of a file; here the
 * certificates themselves may stand there too (PEM, percent-encoded), so that a URL needs no file on the machines that connect.
 */
import { X509Certificate } from 'node:crypto';
import { DatabaseUrlError, readPem } from './database-url-error.js';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const certificates = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Whether the value is certificates and no file's name. */
export function isInlineCertificate(value: string): boolean {
  return value.trimStart().startsWith(BEGIN);
}

/**
 * @returns undefined for `system`: the authorities that Node.js knows, and those of NODE_EXTRA_CA_CERTS.
 * @throws DatabaseUrlError
 */
export function readRootCertificates(value: string): string | undefined {
  if (value === 'system') return undefined;
  if (!isInlineCertificate(value)) return readPem(value, 'sslrootcert');
  const found = value.match(certificates) ?? [];
  if (found.length === 0 || !found.every(isCertificate)) {
    throw new DatabaseUrlError(
      'the certificate in sslrootcert cannot be read: give the PEM text whole and percent-encoded (jq -sRr @uri ca.pem)',
    );
  }
  return found.join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
