/** The JSON array that `perch data-plane --tenants FILE` reads (product.md section 2). */
import { z } from 'zod';
import { refuseUnusable, settingsInputSchema, type DataApiSettingsInput } from './settings.js';
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

/** One of PostgREST's that means one process there: `0` remembers no token here either; any other size is this process's own business. */
const settingsOfPostgrest = { jwt_cache_max_entries: z.int().nonnegative().optional() };

const tenantsFileSettingsSchema = settingsInputSchema
  .extend(settingsOfPostgrest)
  .superRefine(refuseUnusable)
  .transform(({ jwt_cache_max_entries: entries, ...settings }): DataApiSettingsInput =>
    entries === 0 ? { jwt_cache_max_lifetime: 0, ...settings } : settings,
  );

export const tenantsFileEntrySchema = z.strictObject({
  name: z.string().min(1),
  note: z.string().optional(),
  hostnames: z.array(z.string().min(1)).min(1),
  path_prefix: pathPrefix.default(''),
  database_url: z.string().regex(/^postgres(ql)?:\/\//, 'a database URL starts with postgres:// or postgresql://'),
  settings: tenantsFileSettingsSchema.default({}),
  jwt: tenantsFileJwtSchema.default({ secret_is_base64: false, audience_required: false }),
});
export type TenantsFileEntry = z.infer<typeof tenantsFileEntrySchema>;

export const tenantsFileSchema = z.array(tenantsFileEntrySchema);
