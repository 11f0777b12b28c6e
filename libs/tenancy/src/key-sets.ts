/**
 * The port through which a tenants file gets the key sets behind its `jwks_url`s. Whoever implements it fetches in the
 * background and keeps the last good set; no request ever waits for one.
 */
import type { Jwks } from '@perch/contract';

export interface KeySets {
  /** Keeps exactly these sets from now on; resolves when each new one was tried once. */
  watch(urls: readonly string[]): Promise<void>;
  /** The set as last fetched; undefined before the first success. */
  get(url: string): Jwks | undefined;
  /** A token named a key that is not in the set: fetches again, unless that was done a moment ago. */
  unknownKid(url: string): void;
  close(): void;
}

export interface KeySetEvents {
  /** A set that differs from the one before. */
  readonly onKeys: (url: string, jwks: Jwks) => void;
  readonly onError: (url: string, error: unknown) => void;
}
