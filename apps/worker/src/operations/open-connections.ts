/** Opens what provisioning works with in one database: the owner's connection, and the private superuser's if there is one. */
import type { ComputeAdapter } from '@perch/compute';
import { connect } from '@perch/postgres';
import type { ProvisioningConnections } from '@perch/provisioning';
import type { StepLog } from './step-log.js';

const options = { applicationName: 'perch provisioning' };

/** Both are closed again in every case. */
export async function withConnections<T>(
  adapter: ComputeAdapter,
  database: string,
  { watchStatement: watch }: Pick<StepLog, 'watchStatement'>,
  use: (connections: ProvisioningConnections) => Promise<T>,
): Promise<T> {
  const superuserUrl = adapter.superuserUrl(database);
  const owner = connect(adapter.ownerUrl(database), options);
  const superuser = superuserUrl === undefined ? Promise.resolve(undefined) : connect(superuserUrl, options);
  // Both are waited for, whichever fails first.
  const opened = Promise.allSettled([owner, superuser]);
  try {
    await opened;
    return await use({ owner: await owner, superuser: await superuser, watch });
  } finally {
    for (const one of await opened) if (one.status === 'fulfilled') await one.value?.end().catch(() => undefined);
  }
}
