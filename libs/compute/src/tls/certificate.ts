/**
 * Makes X.509 certificates: of an authority that signs itself, and of a server that the authority vouches for. ECDSA
 * over P-256 with SHA-256.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import net from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.js';

/** Both in PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

interface Contents {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const DAY_MS = 24 * 60 * 60 * 1000;
/** A clock that lags behind must not refuse a new certificate. */
const BACKDATED_MS = DAY_MS;

export function createAuthority(name: string, days: number): KeyAndCertificate {
  const { privateKey, publicKey } = newKeys();
  const extensions = [
    extension('2.5.29.19', true, sequence(boolean(true), integer(Buffer.from([0])))),
    // keyCertSign and cRLSign, bits 5 and 6.
    extension('2.5.29.15', true, bitString(Buffer.from([0b0000_0110]), 1)),
    extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
  ];
  return issue({ subject: name, issuer: name, publicKey, days, extensions }, privateKey, privateKey);
}

/** @param hosts names and IP addresses that the certificate is good for; the first is its subject. */
export function createServerCertificate(
  authority: KeyAndCertificate & { readonly name: string },
  hosts: readonly string[],
  days: number,
): KeyAndCertificate {
  const { privateKey, publicKey } = newKeys();
  const authorityKey = createPrivateKey(authority.key);
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature, bit 0.
    extension('2.5.29.15', true, bitString(Buffer.from([0b1000_0000]), 7)),
    extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...hosts.map(alternativeName))),
    extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(authorityKey)))),
  ];
  const subject = hosts[0] ?? 'localhost';
  return issue({ subject, issuer: authority.name, publicKey, days, extensions }, privateKey, authorityKey);
}

function issue(contents: Contents, ownKey: KeyObject, signingKey: KeyObject): KeyAndCertificate {
  const from = Date.now() - BACKDATED_MS;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    distinguishedName(contents.issuer),
    sequence(time(new Date(from)), time(new Date(from + contents.days * DAY_MS))),
    distinguishedName(contents.subject),
    contents.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...contents.extensions)),
  );
  const certificate = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, signingKey)));
  return { key: ownKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: toPem(certificate) };
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function distinguishedName(commonName: string): Buffer {
  return sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function alternativeName(host: string): Buffer {
  switch (net.isIP(host)) {
    case 4:
      return implicit(7, Buffer.from(host.split('.').map(Number)));
    case 6:
      return implicit(7, ipv6Bytes(host));
    default:
      return implicit(2, Buffer.from(host, 'ascii'));
  }
}

/** @param host in a form without an embedded IPv4 part. */
function ipv6Bytes(host: string): Buffer {
  const [head = '', tail] = host.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...middle, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** SHA-1 of the key, as RFC 5280 4.2.1.2 has it: a name for finding it, no protection. */
function keyIdentifier(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.from([4]),
    ...[jwk.x, jwk.y].map((part) => Buffer.from(part ?? '', 'base64url')),
  ]);
  return createHash('sha1').update(point).digest();
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
