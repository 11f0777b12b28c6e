import type { Preferences } from '../api-request/preferences.js';
import { contentLocation, contentRange, pageStatus, preferenceApplied } from './content-headers.js';

describe('a page', () => {
  it.each<[bigint, bigint, bigint | undefined, string, number]>([
    [0n, 5n, undefined, '0-4/*', 200],
    [2n, 3n, undefined, '2-4/*', 200],
    [0n, 0n, undefined, '*/*', 200],
    [0n, 2n, 8n, '0-1/8', 206],
    [0n, 8n, 8n, '0-7/8', 200],
    [0n, 0n, 40n, '*/40', 206],
    [40n, 0n, 40n, '*/40', 206],
    [41n, 0n, 40n, '*/40', 416],
    [0n, 0n, 0n, '*/0', 200],
  ])('from %s with %s rows of %s is %s, %i', (offset, rows, total, range, status) => {
    expect(contentRange({ offset, rows, total })).toEqual(['Content-Range', range]);
    expect(pageStatus({ offset, rows, total })).toBe(status);
  });
});

describe('Content-Location', () => {
  it.each([
    ['', [['Content-Location', '/maps']]],
    ['id=eq.1', [['Content-Location', '/maps?id=eq.1']]],
    ['x'.repeat(12 * 1024 - 6), [['Content-Location', `/maps?${'x'.repeat(12 * 1024 - 6)}`]]],
    ['x'.repeat(12 * 1024 - 5), []],
  ])('tells the canonical query unless clients could not read so long a header', (canonical, expected) => {
    expect(contentLocation('maps', canonical)).toEqual(expected);
  });
});

describe('Preference-Applied', () => {
  const none: Preferences = {
    resolution: undefined,
    missing: undefined,
    return: undefined,
    count: undefined,
    transaction: undefined,
    handling: undefined,
    timezone: undefined,
    maxAffected: undefined,
    refused: [],
  };

  it('is absent when nothing was honoured', () => {
    expect(preferenceApplied(none, {})).toEqual([]);
    expect(preferenceApplied({ ...none, return: 'minimal', maxAffected: 5n }, {})).toEqual([]);
    expect(preferenceApplied({ ...none, maxAffected: 5n }, { maxAffected: true })).toEqual([]);
  });

  it('lists in one order, whatever the client wrote', () => {
    const all: Preferences = {
      resolution: 'merge-duplicates',
      missing: 'default',
      return: 'minimal',
      count: 'exact',
      transaction: 'rollback',
      handling: 'strict',
      timezone: 'UTC',
      maxAffected: 5n,
      refused: [],
    };
    expect(preferenceApplied(all, { resolution: true, missing: true, return: true, maxAffected: true })).toEqual([
      [
        'Preference-Applied',
        'resolution=merge-duplicates, missing=default, return=minimal, count=exact, tx=rollback, handling=strict, timezone=UTC, max-affected=5',
      ],
    ]);
  });
});
