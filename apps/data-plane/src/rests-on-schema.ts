/** Which refusals rest on what was known of the schema, and may be wrong when it moved meanwhile (decision 4). */
import { EngineError } from '@perch/engine';

const codes: ReadonlySet<string> = new Set([
  // By our own cache: nothing was sent.
  'PGRST200',
  'PGRST202',
  'PGRST204',
  'PGRST205',
  // By PostgreSQL, to SQL made from a cache that was too old: the packet was undone as a whole.
  '42P01',
  '42703',
  '42883',
  '0A000',
]);

/** OPTIONS never touches a connection (decision 4), so its refusals stand. */
export function restsOnSchema(error: unknown, method: string): boolean {
  return method !== 'OPTIONS' && error instanceof EngineError && codes.has(error.code);
}
