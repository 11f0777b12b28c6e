/** What a table of client calls is made of: what is called, and the whole of what it has to answer. */
import type { PostgrestClient } from '@supabase/postgrest-js';

export interface ClientCase {
  readonly title: string;
  /** On the data API that undoes what is written. */
  readonly call: (db: PostgrestClient) => PromiseLike<unknown>;
  readonly answer: unknown;
}

interface Rest {
  readonly status?: number;
  readonly statusText?: string;
  readonly count?: number | null;
}

export function ok(data: unknown, { status = 200, statusText = 'OK', count = null }: Rest = {}) {
  return { success: true, error: null, data, count, status, statusText };
}

export const created = (data: unknown, rest: Rest = {}) => ok(data, { status: 201, statusText: 'Created', ...rest });
export const noContent = (rest: Rest = {}) => ok(null, { status: 204, statusText: 'No Content', ...rest });

export function failed(
  status: number,
  statusText: string,
  error: { readonly code: string; readonly message: string; readonly details?: unknown; readonly hint?: unknown },
) {
  return {
    success: false,
    error: { details: null, hint: null, ...error },
    data: null,
    count: null,
    status,
    statusText,
  };
}
