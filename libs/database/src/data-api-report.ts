/** What provisioning found in a branch's database and could not do there: shown to the user with the data API. */
import { z } from 'zod';

export const dataApiReportSchema = z.object({
  /** Schemas a data API could expose. */
  available_schemas: z.array(z.string()).default([]),
  /** Tables that requests reach without row-level security, and as which roles. */
  unprotected_tables: z
    .array(z.object({ schema: z.string(), name: z.string(), roles: z.array(z.string()) }))
    .default([]),
  /** Grants the owner was not allowed to make, one sentence each. */
  skipped_grants: z.array(z.string()).default([]),
  /** What works in another way than usual in this database, one sentence each. */
  notes: z.array(z.string()).default([]),
  /** How the fleet learns of schema changes: from event triggers, or by looking again on a miss. */
  schema_version: z.enum(['event-trigger', 'on-miss']).nullable().default(null),
});
export type DataApiReport = z.infer<typeof dataApiReportSchema>;
