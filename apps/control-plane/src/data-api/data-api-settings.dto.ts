/** Settings as a user of the management API may write them: the contract's, with values that can be used. */
import { refuseUnusable, settingsInputSchema } from '@perch/contract';
import { roleClaimKeyProblem } from '@perch/jwt';

export const dataApiSettingsSchema = settingsInputSchema
  .superRefine(({ jwt_role_claim_key: key }, context) => {
    const problem = key === undefined ? undefined : roleClaimKeyProblem(key);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['jwt_role_claim_key'], message: problem });
  })
  .superRefine(refuseUnusable);
