/** `perch accept-restore`: what a restored metadata database holds counts from now on, also where proxies know newer. */
import { loadMetadataUrl } from '../config.js';

/** @throws UsageError without DATABASE_URL; what PostgreSQL throws when it cannot be done */
export async function acceptRestoreCommand(): Promise<void> {
  const url = loadMetadataUrl();
  const { acceptRestore } = await import('@perch/control-plane');
  const { version, dataApis } = await acceptRestore(url);
  process.stdout.write(
    `The metadata database counts as it is, from version ${version} on: proxies take its ${dataApis} Data APIs` +
      ' and forget the others as soon as they reach the control plane.\n',
  );
}
