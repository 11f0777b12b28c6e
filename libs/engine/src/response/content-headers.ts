/**
 * Headers that describe an answer's content: which page of how many rows, in which schema, by which preferences.
 * A result's figures and the request in, headers out.
 */
import type { ApiRequest } from '../api-request/api-request.js';
import type { Preferences } from '../api-request/preferences.js';

export type Header = readonly [name: string, value: string];

/** What every answer of a resource depends on. */
export const vary: Header = ['Vary', 'Accept, Prefer, Range'];

/** Bytes. Node's fetch, and so every client built on it, refuses a response whose header is longer than 16 KiB. */
const maxLocationBytes = 12 * 1024;

/** What was read, in canonical form; left out where it would be so long that clients could not read the answer. */
export function contentLocation(relation: string, canonical: string): readonly Header[] {
  const location = `/${relation}${canonical === '' ? '' : `?${canonical}`}`;
  return location.length > maxLocationBytes ? [] : [['Content-Location', location]];
}

/** Only where the edge cannot know it: of a body that is not sent. */
export function contentLength(body: string | Buffer): Header {
  return ['Content-Length', String(Buffer.byteLength(body))];
}

/** `0-9/40`: rows counted from 0, both ends included; `*` for no rows, and for a total that nobody asked for. */
export function contentRange(page: {
  readonly offset: bigint;
  readonly rows: bigint;
  readonly total: bigint | undefined;
}): Header {
  const { offset, rows, total } = page;
  const range = rows <= 0n || total === 0n ? '*' : `${offset}-${offset + rows - 1n}`;
  return ['Content-Range', `${range}/${total ?? '*'}`];
}

/** Content-Range of a mutation that shows no page: only how many rows it was, if that was asked. */
export function affectedRange(total: bigint | undefined): Header {
  return ['Content-Range', `*/${total ?? '*'}`];
}

/** Whether the page is all there is (200), a part (206), or beyond the end (416). */
export function pageStatus(page: {
  readonly offset: bigint;
  readonly rows: bigint;
  readonly total: bigint | undefined;
}): 200 | 206 | 416 {
  if (page.total === undefined) return 200;
  if (page.offset > page.total) return 416;
  return page.rows < page.total ? 206 : 200;
}

/** The schema that answered, where the client could have chosen another. */
export function contentProfile(request: ApiRequest): readonly Header[] {
  return request.showsProfile ? [['Content-Profile', request.schema]] : [];
}

/** What a kind of request lets a client prefer. */
export interface Preferable {
  readonly resolution?: boolean;
  readonly missing?: boolean;
  readonly return?: boolean;
  readonly maxAffected?: boolean;
}

/**
 * The preferences that were honoured, in a fixed order.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7240#section-3
 */
export function preferenceApplied(preferences: Preferences, kind: Preferable): readonly Header[] {
  const { resolution, missing, count, transaction, handling, timezone, maxAffected } = preferences;
  const applied = [
    kind.resolution === true && resolution !== undefined ? `resolution=${resolution}` : '',
    kind.missing === true && missing !== undefined ? `missing=${missing}` : '',
    kind.return === true && preferences.return !== undefined ? `return=${preferences.return}` : '',
    count === undefined ? '' : `count=${count}`,
    transaction === undefined ? '' : `tx=${transaction}`,
    handling === undefined ? '' : `handling=${handling}`,
    timezone === undefined ? '' : `timezone=${timezone}`,
    kind.maxAffected === true && handling === 'strict' && maxAffected !== undefined
      ? `max-affected=${maxAffected}`
      : '',
  ].filter((text) => text !== '');
  return applied.length === 0 ? [] : [['Preference-Applied', applied.join(', ')]];
}
