/**
 * The certificate authority of one PERCH_HOME, made on its first use: whoever trusts its `ca/ca.crt` can check that a
 * local endpoint is what it says.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withFileLock } from '../file-lock.js';
import { createAuthority, createServerCertificate, type KeyAndCertificate } from './certificate.js';

const NAME = 'Perch local endpoints';
const AUTHORITY_DAYS = 10 * 365;
const SERVER_DAYS = 2 * 365;
const RENEW_BEFORE_MS = 60 * 24 * 60 * 60 * 1000;
const LOCK_TIMEOUT_MS = 10_000;

/** Where the authority's certificate is, for whoever wants to trust it. */
export function authorityCertificatePath(home: string): string {
  return path.resolve(home, 'ca', 'ca.crt');
}

/** @param current a certificate that is kept while it fits and lasts; its key must be at hand then. */
export async function serverCertificate(
  home: string,
  hosts: readonly string[],
  current: string | undefined,
): Promise<KeyAndCertificate | 'keep'> {
  const authority = await loadAuthority(home);
  if (current !== undefined && isGood(current, authority, hosts)) return 'keep';
  return createServerCertificate({ ...authority, name: NAME }, hosts, SERVER_DAYS);
}

async function loadAuthority(home: string): Promise<KeyAndCertificate> {
  const certificateFile = authorityCertificatePath(home);
  const directory = path.dirname(certificateFile);
  const keyFile = path.join(directory, 'ca.key');
  return withFileLock(path.join(directory, 'ca.lock'), LOCK_TIMEOUT_MS, async () => {
    if (existsSync(certificateFile)) {
      return { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8') };
    }
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const authority = createAuthority(NAME, AUTHORITY_DAYS);
    writeFileSync(keyFile, authority.key, { mode: 0o600 });
    // Last and as one step: its being there means that both are.
    writeFileSync(`${certificateFile}.new`, authority.certificate, { mode: 0o644 });
    renameSync(`${certificateFile}.new`, certificateFile);
    return authority;
  });
}

function isGood(pem: string, authority: KeyAndCertificate, hosts: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const isOurs = certificate.verify(new X509Certificate(authority.certificate).publicKey);
    const lasts = Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE_MS;
    const fits = hosts.every((host) => (certificate.checkHost(host) ?? certificate.checkIP(host)) !== undefined);
    return isOurs && lasts && fits;
  } catch {
    return false;
  }
}
