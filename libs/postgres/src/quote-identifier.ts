/** Names of an operator's or a user's choosing as SQL text: the engine's quoting, without its patience for a NUL. */
import { InternalError, quoteName } from '@perch/engine';

/**
 * Quotes a name for SQL text, always with double quotes.
 *
 * @throws InternalError for a name with a NUL byte, which no PostgreSQL name can hold.
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new InternalError('an identifier holds a NUL byte');
  return quoteName(name);
}
