/** What the contract can ask of an endpoint and Perch does not do: refused by name, never read over. */
import { failure } from '../error/control-plane-error.js';

const refused = [
  ['pg_settings', 'set it in the database, with ALTER DATABASE or ALTER ROLE'],
  ['pgbouncer_settings', 'there is no pooler'],
] as const;

/** @throws endpoint.option-unavailable */
export function assertEndpointSettingsOffered(
  settings: Readonly<Record<string, unknown>> | undefined,
  field: string,
): void {
  for (const [name, reason] of refused) {
    const given = settings?.[name];
    if (typeof given === 'object' && given !== null && Object.keys(given).length > 0) {
      throw failure('endpoint.option-unavailable', `${field}.${name}`, reason);
    }
  }
}
