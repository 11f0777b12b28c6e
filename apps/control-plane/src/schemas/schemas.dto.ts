/** What can be asked of a branch's schema. What is not offered is read all the same, so that it is refused. */
import { z } from 'zod';

const text = z.string().min(1);

export const readSchemaSchema = z.object({
  db_name: text,
  format: z.enum(['sql', 'json']).default('sql'),
  lsn: text.optional(),
  timestamp: text.optional(),
});
export type ReadSchema = z.infer<typeof readSchemaSchema>;

export const compareSchemaSchema = z.object({
  db_name: text,
  /** The parent unless told. */
  base_branch_id: text.optional(),
  lsn: text.optional(),
  timestamp: text.optional(),
  base_lsn: text.optional(),
  base_timestamp: text.optional(),
});
export type CompareSchema = z.infer<typeof compareSchemaSchema>;
