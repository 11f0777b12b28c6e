/**
 * The closed table of signature algorithms. A token never chooses: it names one, and only a key that is of that algorithm
 * is tried. `none` has no row.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
interface AlgorithmFacts {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct';
  /** Curve, where the algorithm means one. */
  readonly crv?: string;
  /** false for an algorithm that a key must name itself: a secret without `alg` is one for HS256. */
  readonly byDefault: boolean;
}

export const algorithms = {
  RS256: { kty: 'RSA', byDefault: true },
  RS384: { kty: 'RSA', byDefault: true },
  RS512: { kty: 'RSA', byDefault: true },
  PS256: { kty: 'RSA', byDefault: true },
  PS384: { kty: 'RSA', byDefault: true },
  PS512: { kty: 'RSA', byDefault: true },
  ES256: { kty: 'EC', crv: 'P-256', byDefault: true },
  ES384: { kty: 'EC', crv: 'P-384', byDefault: true },
  ES512: { kty: 'EC', crv: 'P-521', byDefault: true },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', byDefault: true },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', byDefault: true },
  HS256: { kty: 'oct', byDefault: true },
  HS384: { kty: 'oct', byDefault: false },
  HS512: { kty: 'oct', byDefault: false },
} as const satisfies Readonly<Record<string, AlgorithmFacts>>;

export type Algorithm = keyof typeof algorithms;

export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(algorithms, name);
}

/** RFC 9864 names the curve's algorithm; RFC 8037 called it EdDSA. */
const synonyms: Readonly<Partial<Record<Algorithm, readonly Algorithm[]>>> = {
  EdDSA: ['EdDSA', 'Ed25519'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

/** Algorithms that a key of this shape may verify: the one it names, or those of its type and curve. Empty for none. */
export function algorithmsOf(key: {
  readonly kty: string;
  readonly alg?: string | undefined;
  readonly crv?: unknown;
}): readonly Algorithm[] {
  const fits = (name: Algorithm) => {
    const facts: AlgorithmFacts = algorithms[name];
    return facts.kty === key.kty && (facts.crv === undefined || facts.crv === key.crv);
  };
  if (key.alg !== undefined) {
    if (!isAlgorithm(key.alg) || !fits(key.alg)) return [];
    return synonyms[key.alg] ?? [key.alg];
  }
  return Object.keys(algorithms)
    .filter(isAlgorithm)
    .filter((name) => fits(name) && algorithms[name].byDefault);
}
