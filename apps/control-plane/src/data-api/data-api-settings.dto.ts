/** Settings as a user of the management API may write them: the contract's, with values that can be used. */
import { exposedSchemasProblem, settingsInputSchema } from '@perch/contract';
import { roleClaimKeyProblem } from '@perch/jwt';

export const dataApiSettingsSchema = settingsInputSchema.superRefine((settings, context) => {
  const { jwt_role_claim_key: key, db_schemas: schemas } = settings;
  const problems = {
    jwt_role_claim_key: key === undefined ? undefined : roleClaimKeyProblem(key),
    db_schemas: schemas === undefined ? undefined : exposedSchemasProblem(schemas),
  };
  for (const [name, problem] of Object.entries(problems)) {
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
  }
});
