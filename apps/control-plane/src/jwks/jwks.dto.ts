/** Providers of a project as the contract writes them: its own, its branches', and those that data APIs brought along. */
import type { DataApi, ProjectJwks } from '@perch/database';
import { z } from 'zod';

export const createJwksSchema = z.object({
  jwks_url: z.url().max(2048),
  provider_name: z.string().trim().min(1).max(256),
  branch_id: z.string().min(1).optional(),
  jwt_audience: z.string().min(1).max(1024).optional(),
  role_names: z.array(z.string().min(1).max(63)).max(10).optional(),
  skip_role_creation: z.boolean().optional(),
});
export type CreateJwks = z.infer<typeof createJwksSchema>;

export function toJwksBody(jwks: ProjectJwks) {
  return {
    id: jwks.id,
    project_id: jwks.projectId,
    ...(jwks.branchId !== null && { branch_id: jwks.branchId }),
    jwks_url: jwks.jwksUrl,
    provider_name: jwks.providerName,
    ...(jwks.audience !== null && { jwt_audience: jwks.audience }),
    ...(jwks.roleNames.length > 0 && { role_names: jwks.roleNames }),
    created_at: jwks.createdAt.toISOString(),
    updated_at: jwks.updatedAt.toISOString(),
  };
}

/** A data API's own provider goes by the data API's id. */
export function toOwnJwksBody(projectId: string, dataApi: DataApi) {
  return {
    id: dataApi.id,
    project_id: projectId,
    branch_id: dataApi.branchId,
    jwks_url: dataApi.jwksUrl ?? '',
    provider_name: dataApi.providerName ?? 'external',
    ...(dataApi.audience !== null && { jwt_audience: dataApi.audience }),
    created_at: dataApi.createdAt.toISOString(),
    updated_at: dataApi.updatedAt.toISOString(),
    perch: { database_name: dataApi.databaseName, endpoint_id: dataApi.endpointId },
  };
}

export type JwksBody = ReturnType<typeof toJwksBody> | ReturnType<typeof toOwnJwksBody>;
