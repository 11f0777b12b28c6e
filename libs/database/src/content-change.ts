/** One change of a branch's roles or databases, as an operation carries it. No secret is ever in it. */
import { z } from 'zod';

const name = z.string().min(1);

export const contentChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('create-database'), name, owner_name: name }),
  z.strictObject({
    kind: z.literal('alter-database'),
    name,
    new_name: name.optional(),
    owner_name: name.optional(),
  }),
  z.strictObject({ kind: z.literal('drop-database'), name }),
  z.strictObject({ kind: z.literal('create-role'), name }),
  /** The worker makes the password, sets it and seals it into the row, so that the row never runs ahead. */
  z.strictObject({ kind: z.literal('reset-password'), name }),
  z.strictObject({ kind: z.literal('drop-role'), name }),
]);
export type ContentChange = z.infer<typeof contentChangeSchema>;
