/** The JSON array that `perch data-plane --tenants FILE` reads (product.md section 2). */
import { z } from 'zod';
import { settingsInputSchema } from './settings.js';
import { jwksSchema } from './tenant-snapshot.js';

const pathPrefix = z
  .string()
  .regex(/^(\/[^/?#]+)*$/, 'a path prefix is empty or starts with a slash and does not end with one');

export const tenantsFileJwtSchema = z.strictObject({
  secret: z.string().min(1).nullish(),
  secret_is_base64: z.boolean().default(false),
  jwks: jwksSchema.nullish(),
  jwks_url: z.url().nullish(),
  audience: z.string().min(1).nullish(),
  audience_required: z.boolean().default(false),
  issuer: z.string().min(1).nullish(),
});

export const tenantsFileEntrySchema = z.strictObject({
  name: z.string().min(1),
  note: z.string().optional(),
  hostnames: z.array(z.string().min(1)).min(1),
  path_prefix: pathPrefix.default(''),
  database_url: z.string().regex(/^postgres(ql)?:\/\//, 'a database URL starts with postgres:// or postgresql://'),
  settings: settingsInputSchema.default({}),
  jwt: tenantsFileJwtSchema.default({ secret_is_base64: false, audience_required: false }),
});
export type TenantsFileEntry = z.infer<typeof tenantsFileEntrySchema>;

export const tenantsFileSchema = z.array(tenantsFileEntrySchema);
