/** Cursors of paged lists: opaque to clients, one text per place in a list. */
import { failure } from '../error/control-plane-error.js';

/** What a page with no rows carries, since the contract wants a cursor on every page. */
export const END_CURSOR = 'end';

export function encodeCursor(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws pagination.cursor-unknown */
export function decodeCursor(cursor: string, partCount: number): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === partCount && parts.every((part) => typeof part === 'string')) {
      return parts;
    }
  } catch {
    // Refused below like any other text that is not a cursor.
  }
  throw failure('pagination.cursor-unknown', cursor.slice(0, 100));
}

/** The cursor of a list that is ordered by one number. @throws pagination.cursor-unknown */
export function decodeNumberCursor(cursor: string): number {
  const place = Number(decodeCursor(cursor, 1)[0]);
  if (!Number.isSafeInteger(place)) throw failure('pagination.cursor-unknown', cursor.slice(0, 100));
  return place;
}
