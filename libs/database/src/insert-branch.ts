/** The rows that come to be with a branch, within the transaction of whoever makes it: endpoint, roles, databases, first operations. */
import type { CreatedBranch, NewBranch } from './branch.js';
import { connectionUrlPlace } from './branch-connection.js';
import { insertEndpoint } from './endpoint-rows.js';
import { insertOperation } from './operation.repository.js';
import type { PrismaTransaction } from './prisma-client.js';
import { insertRole } from './role.repository.js';
import type { SecretBox } from './secret-box.js';

export async function insertBranch(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  input: NewBranch,
): Promise<CreatedBranch> {
  const { endpoints, roles, databases, operations, connectionUrl, annotation, parentId, expiry, ...columns } = input;
  const ids = { projectId: input.projectId, branchId: input.id };
  const branch = await transaction.branch.create({
    data: {
      ...columns,
      ...expiry,
      parentId: parentId ?? null,
      annotation: { ...annotation },
      connectionUrlSealed:
        connectionUrl === undefined ? null : secrets.seal(connectionUrl, connectionUrlPlace(input.id)),
    },
  });
  return {
    branch,
    endpoints: await inOrder(endpoints, (endpoint) => insertEndpoint(transaction, secrets, { ...endpoint, ...ids })),
    roles: await inOrder(roles, (role) => insertRole(transaction, secrets, { ...role, branchId: input.id })),
    databases: await inOrder(databases, (data) =>
      transaction.database.create({ data: { ...data, branchId: input.id } }),
    ),
    operations: await inOrder(operations, (operation) => insertOperation(transaction, { ...operation, ...ids })),
  };
}

async function inOrder<In, Out>(items: readonly In[], insert: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const inserted: Out[] = [];
  for (const item of items) inserted.push(await insert(item));
  return inserted;
}
