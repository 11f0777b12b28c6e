/**
 * Seals the secrets of the metadata database under the master key and opens them again. What is sealed is bound to its
 * table, column and row, so a ciphertext copied to another place does not open there.
 *
 * Envelope: `v1.<nonce>.<ciphertext and tag>`, both base64url. AES-256-GCM, 96-bit random nonce.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf section 8.2.2
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { DatabaseError } from './database-error.js';

/** Where a secret is kept. `row` is the primary key, its parts joined by a slash. */
export interface SecretPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

export interface SecretBox {
  seal(secret: string, place: SecretPlace): string;
  /** @throws DatabaseError database.secret-unreadable: another master key, another place, or a damaged text. */
  open(sealed: string, place: SecretPlace): string;
  /**
   * The same secret sealed under the present key; undefined when it is already.
   * @throws DatabaseError database.secret-unreadable
   */
  reseal(sealed: string, place: SecretPlace): string | undefined;
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * @param masterKey at least 16 characters of any text; the encryption key is derived from it.
 * @param previousMasterKey opens what was sealed before the key was changed, and seals nothing.
 */
export function createSecretBox(masterKey: string, previousMasterKey?: string): SecretBox {
  const key = encryptionKey(masterKey);
  const keys = previousMasterKey === undefined ? [key] : [key, encryptionKey(previousMasterKey)];
  const seal = (secret: string, place: SecretPlace): string => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(placeBytes(place));
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, nonce.toString('base64url'), body.toString('base64url')].join('.');
  };
  /** With the number of the key that opened it. */
  const openWithAny = (sealed: string, place: SecretPlace): readonly [secret: string, key: number] => {
    const envelope = readEnvelope(sealed, place);
    let cause: unknown;
    for (const [index, one] of keys.entries()) {
      try {
        return [decrypt(envelope, one, place), index];
      } catch (error) {
        cause = error;
      }
    }
    const which = keys.length === 1 ? 'the master key is not the one' : 'neither master key is the one';
    throw unreadable(place, `${which} it was sealed with, or it was moved or damaged`, cause);
  };
  return {
    seal,
    open: (sealed, place) => openWithAny(sealed, place)[0],
    reseal(sealed, place) {
      const [secret, index] = openWithAny(sealed, place);
      return index === 0 ? undefined : seal(secret, place);
    },
  };
}

interface Envelope {
  readonly nonce: Buffer;
  readonly body: Buffer;
}

function readEnvelope(sealed: string, place: SecretPlace): Envelope {
  const [version, nonceText, bodyText, ...rest] = sealed.split('.');
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const body = Buffer.from(bodyText ?? '', 'base64url');
  if (version !== VERSION || nonce.length !== NONCE_BYTES || body.length < TAG_BYTES || rest.length > 0) {
    throw unreadable(place, 'it is not an envelope of a known version');
  }
  return { nonce, body };
}

/** @throws when it was not sealed with this key for this place. */
function decrypt({ nonce, body }: Envelope, key: Buffer, place: SecretPlace): string {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(placeBytes(place))
    .setAuthTag(body.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
}

function encryptionKey(masterKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'perch metadata secrets v1', KEY_BYTES));
}

function placeBytes(place: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.column, place.row]), 'utf8');
}

function unreadable(place: SecretPlace, reason: string, cause?: unknown): DatabaseError {
  const where = `${place.table}.${place.column} of '${place.row}'`;
  return new DatabaseError('database.secret-unreadable', `The secret in ${where} cannot be read: ${reason}`, { cause });
}
