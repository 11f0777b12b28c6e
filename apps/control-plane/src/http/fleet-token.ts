/** The token that the fleet shows, and the one before while that is replaced. A class, so that Nest can hand it to the guard by its type. */
import { timingSafeEqual } from 'node:crypto';
import { hashApiKey } from '../api-keys/api-key-secret.js';

export class FleetToken {
  readonly #accepted: readonly Buffer[];

  constructor(value: string, previous?: string) {
    this.#accepted = [value, ...(previous === undefined ? [] : [previous])].map(digest);
  }

  /** Takes as long for every token. */
  accepts(bearer: string | undefined): boolean {
    const given = digest(bearer ?? '');
    return this.#accepted.map((token) => timingSafeEqual(given, token)).includes(true);
  }
}

/** Of one length, as the comparison wants it. */
function digest(token: string): Buffer {
  return Buffer.from(hashApiKey(token));
}
