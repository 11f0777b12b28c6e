/** Why a connection URL cannot be used; and files that it names, read. */
import { readFileSync } from 'node:fs';

/** The URL cannot be used; the message says why and never repeats the URL, which holds a password. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
  readonly code = 'database-url.invalid';
}

/** @throws DatabaseUrlError */
export function readPem(path: string, parameter: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new DatabaseUrlError(`the file of ${parameter} cannot be read`);
  }
}
