/** An error of a TLS handshake in; out, when the server's certificate is the reason, one that says what to do about it. */

/** The server's certificate is not believed. Nothing was sent to it but the wish for TLS. */
export class CertificateRefusedError extends Error {
  override readonly name = 'CertificateRefusedError';
  readonly code = 'database.certificate-refused';
}

const AUTHORITY =
  'Give the certificate of its authority as sslrootcert in the connection URL, or to every process by NODE_EXTRA_CA_CERTS';

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const cures: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  // What OpenSSL says when an authority of the right name has another key.
  CERT_SIGNATURE_FAILURE: AUTHORITY,
  CERT_HAS_EXPIRED: 'Renew the certificate of the server, or of its authority',
  CERT_NOT_YET_VALID: 'Check the clocks of the server and of this machine',
  CERT_REVOKED: 'Give the server another certificate',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Connect by a name that the certificate holds, or check the authority alone with sslmode=verify-ca and sslrootcert',
};

/** @returns the error itself when it tells of something else. */
export function explainCertificate(error: unknown): unknown {
  // By its shape: an error of the platform need not be of this realm's class.
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  const cure = typeof code === 'string' ? cures[code] : undefined;
  if (cure === undefined) return error;
  const reason = String(message).replace(/\.$/, '');
  return new CertificateRefusedError(`the certificate of the server was refused (${reason}). ${cure}`, {
    cause: error,
  });
}
