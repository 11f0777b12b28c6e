/**
 * The Prefer header as a value: one table of preferences, texts in, choices out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/preferences.html
 * @see https://www.rfc-editor.org/rfc/rfc7240
 */
import { parseInteger } from './query-params/parse-integer.js';

export interface Preferences {
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates' | undefined;
  readonly missing: 'default' | 'null' | undefined;
  readonly return: 'representation' | 'minimal' | 'headers-only' | undefined;
  readonly count: 'exact' | 'planned' | 'estimated' | undefined;
  /** Already undefined when the configuration does not let clients choose. */
  readonly transaction: 'commit' | 'rollback' | undefined;
  readonly handling: 'strict' | 'lenient' | undefined;
  readonly timezone: string | undefined;
  readonly maxAffected: bigint | undefined;
  /** What is not in the tables, as sent, where that is to be refused: under strict handling. */
  readonly refused: readonly string[];
}

/** Every preference with a closed list of values. Letter case matters. */
const choices = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  missing: ['default', 'null'],
  return: ['representation', 'minimal', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  tx: ['commit', 'rollback'],
  handling: ['strict', 'lenient'],
} as const;

/** As they are sent, with their values. */
const spelled = {
  resolution: spellings('resolution'),
  missing: spellings('missing'),
  return: spellings('return'),
  count: spellings('count'),
  tx: spellings('tx'),
  handling: spellings('handling'),
};
const known: ReadonlySet<string> = new Set(Object.values(spelled).flatMap((values) => [...values.keys()]));

/** Preferences with a value of the client's own. */
const openPreferences = ['timezone=', 'max-affected='];

/**
 * @param headers every Prefer header; of a preference that is given twice the first counts
 * @param mayChooseEnd whether `tx=` is honoured; where it is not it is still valid
 */
export function parsePreferences(headers: readonly string[], mayChooseEnd: boolean): Preferences {
  const items = headers.flatMap((header) => header.split(',').map((item) => item.trim()));
  // A header may hold thousands of others.
  const chosen = items.filter((item) => known.has(item));
  const maxAffected = parseInteger(valueOf(items, 'max-affected=') ?? '');
  const handling = first(chosen, spelled.handling);
  return {
    resolution: first(chosen, spelled.resolution),
    missing: first(chosen, spelled.missing),
    return: first(chosen, spelled.return),
    count: first(chosen, spelled.count),
    transaction: mayChooseEnd ? first(chosen, spelled.tx) : undefined,
    handling,
    timezone: valueOf(items, 'timezone='),
    // As PostgREST reads it: what is beyond 64 bits wraps around.
    maxAffected: maxAffected === undefined ? undefined : BigInt.asIntN(64, maxAffected),
    refused: handling === 'strict' ? items.filter((item) => !isKnown(item)) : [],
  };
}

function spellings<N extends keyof typeof choices>(name: N): ReadonlyMap<string, (typeof choices)[N][number]> {
  const values: readonly (typeof choices)[N][number][] = choices[name];
  return new Map(values.map((value) => [`${name}=${value}`, value]));
}

function first<V>(items: readonly string[], values: ReadonlyMap<string, V>): V | undefined {
  for (const item of items) {
    const value = values.get(item);
    if (value !== undefined) return value;
  }
  return undefined;
}

function valueOf(items: readonly string[], prefix: string): string | undefined {
  return items.find((item) => item.startsWith(prefix))?.slice(prefix.length);
}

function isKnown(item: string): boolean {
  return known.has(item) || openPreferences.some((prefix) => item.startsWith(prefix));
}
