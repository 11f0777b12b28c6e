/** The way to a branch's attached Postgres: where its secret is kept, and what changes with it. */
import type { PrismaTransaction } from './prisma-client.js';
import { publishWithin } from './publish-snapshot.js';
import { sealRolePassword } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

export interface BranchConnection {
  /** A secret. */
  readonly connectionUrl: string;
  readonly host: string;
  readonly port: number;
  /** The role that the server knows the URL's user as. */
  readonly role: string;
  /** undefined when the URL has none. */
  readonly password: string | undefined;
}

/**
 * Everything that rests on the URL follows it: the endpoint's address, what is known of the role, and the snapshots, which
 * have its host and parameters. The logins of data APIs are their own and stay. The transaction holds the publish lock.
 */
export async function replaceConnection(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  branchId: string,
  { connectionUrl, host, port, role, password }: BranchConnection,
): Promise<void> {
  const connectionUrlSealed = secrets.seal(connectionUrl, connectionUrlPlace(branchId));
  await transaction.branch.update({ where: { id: branchId }, data: { connectionUrlSealed } });
  await transaction.endpoint.updateMany({ where: { branchId }, data: { host, port } });
  const passwordSealed = password === undefined ? null : sealRolePassword(secrets, branchId, role, password);
  await transaction.role.upsert({
    where: { branchId_name: { branchId, name: role } },
    create: { branchId, name: role, passwordSealed },
    update: { passwordSealed },
  });
  for (const { id, endpointId, databaseName } of await transaction.dataApi.findMany({ where: { branchId } })) {
    await publishWithin(transaction, { endpointId, database: databaseName, removed: false }, (within, version) =>
      within.dataApi.update({ where: { id }, data: { version } }),
    );
  }
}

export function connectionUrlPlace(id: string) {
  return { table: 'branches', column: 'connection_url_sealed', row: id };
}
