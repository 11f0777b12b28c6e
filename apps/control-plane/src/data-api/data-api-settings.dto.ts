/** Settings as a user of the management API may write them: the contract's, with values that can be used. */
import { exposedSchemasProblem, proxyUriProblem, settingsInputSchema } from '@perch/contract';
import { roleClaimKeyProblem } from '@perch/jwt';

export const dataApiSettingsSchema = settingsInputSchema.superRefine((settings, context) => {
  const { jwt_role_claim_key: key, db_schemas: schemas, openapi_server_proxy_uri: proxyUri } = settings;
  const problems = {
    jwt_role_claim_key: key === undefined ? undefined : roleClaimKeyProblem(key),
    db_schemas: schemas === undefined ? undefined : exposedSchemasProblem(schemas),
    openapi_server_proxy_uri: typeof proxyUri === 'string' ? proxyUriProblem(proxyUri) : undefined,
  };
  for (const [name, problem] of Object.entries(problems)) {
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
  }
});
