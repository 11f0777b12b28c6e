/** Says what to do about a port that is not to be had. */
import { DataPlaneConfigError } from './config.js';

/** undefined when the error is about something else. */
export function portTaken(error: unknown): DataPlaneConfigError | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EADDRINUSE')
    return undefined;
  const port = 'port' in error ? String(error.port) : '?';
  const address = 'address' in error ? String(error.address) : '?';
  return new DataPlaneConfigError([
    `port ${port} on ${address} is taken: stop what uses it, or choose another with --port or PERCH_PORT_BASE`,
  ]);
}
