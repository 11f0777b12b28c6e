/** Fetches key sets under the rules of this installation. A class, so that Nest hands it over by its type. */
import type { Jwks } from '@perch/contract';
import { fetchJwks, JwksFetchError } from '@perch/jwt';
import { failure } from '../error/control-plane-error.js';

export interface JwksRules {
  readonly allowLoopback: boolean;
  readonly allowedHosts: readonly string[];
}

export class JwksSource {
  constructor(
    private readonly rules: JwksRules,
    private readonly fetcher: (url: string, rules: JwksRules) => Promise<Jwks> = fetchJwks,
  ) {}

  /** @throws JwksFetchError */
  async fetch(url: string): Promise<Jwks> {
    return this.fetcher(url, this.rules);
  }

  /** For a URL that a user just gave. @throws jwks.unusable with the reason */
  async fetchGiven(url: string): Promise<Jwks> {
    try {
      return await this.fetch(url);
    } catch (error) {
      throw error instanceof JwksFetchError ? failure('jwks.unusable', url, error.message) : error;
    }
  }
}
