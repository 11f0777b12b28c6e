/**
 * Conditions that the result must meet: a count in, an expression that raises when it does not out. PostgreSQL undoes the
 * whole packet then, and the error's text says which condition and how many rows.
 */
import { param, sql, type SqlFragment } from './sql.js';

export type GuardedCode = 'PGRST115' | 'PGRST116' | 'PGRST124' | 'PERCH201';

/** Null when `count` is 1. */
export function exactlyOne(code: 'PGRST115' | 'PGRST116', count: SqlFragment): SqlFragment {
  const text = code === 'PGRST115' ? sql`'PERCH_GUARD PGRST115 '` : sql`'PERCH_GUARD PGRST116 '`;
  return sql`case when ${count} <> 1 then (${text} || ${count})::int end`;
}

/** Null when `count` is not above the limit. */
export function atMost(limit: bigint, count: SqlFragment): SqlFragment {
  return sql`case when ${count} > ${param(String(limit))}::bigint then ('PERCH_GUARD PGRST124 ' || ${count})::int end`;
}

/** Null when the text has at most so many bytes. */
export function noLongerThan(maxBytes: number, text: SqlFragment): SqlFragment {
  const size = sql`pg_catalog.octet_length(${text})`;
  return sql`case when ${size} > ${param(String(maxBytes))}::bigint then ('PERCH_GUARD PERCH201 ' || ${size})::int end`;
}

/** The violated condition that an error's message tells of; undefined for any other error. */
export function violatedGuard(message: string): { readonly code: GuardedCode; readonly count: string } | undefined {
  const found = /"PERCH_GUARD (PGRST115|PGRST116|PGRST124|PERCH201) (\d+)"/.exec(message);
  if (found === null) return undefined;
  const [, code, count = ''] = found;
  return isGuarded(code) ? { code, count } : undefined;
}

function isGuarded(code: string | undefined): code is GuardedCode {
  return code === 'PGRST115' || code === 'PGRST116' || code === 'PGRST124' || code === 'PERCH201';
}
