/** The row of an endpoint: how it is inserted, which columns a change writes, and where its sealed password stands. */
import type { Endpoint, EndpointSettings, NewEndpoint } from './endpoint.js';
import type { PrismaTransaction } from './prisma-client.js';
import type { SecretBox } from './secret-box.js';

export async function insertEndpoint(
  transaction: PrismaTransaction,
  secrets: SecretBox,
  input: NewEndpoint,
): Promise<Endpoint> {
  const { isLocal, superuserPassword, settings, ...columns } = input;
  return transaction.endpoint.create({
    data: {
      ...columns,
      settings: { ...settings },
      localPort: isLocal ? input.port : null,
      superuserPasswordSealed:
        superuserPassword === undefined ? null : secrets.seal(superuserPassword, superuserPasswordPlace(input.id)),
    },
  });
}

export function toColumns({ settings, ...columns }: EndpointSettings) {
  return { ...columns, ...(settings !== undefined && { settings: { ...settings } }) };
}

export function superuserPasswordPlace(id: string) {
  return { table: 'endpoints', column: 'superuser_password_sealed', row: id };
}
