/** What every error says besides its code and its texts. */

/** Who has to act; a metric label on every error. */
export type ErrorKind =
  'user' | 'auth' | 'rate-limit' | 'tenant' | 'control-plane' | 'postgres' | 'internal' | 'client-disconnect';

/** Text, or for PGRST201 the list of candidates. */
export type ErrorDetails = string | readonly Readonly<Record<string, string>>[];
