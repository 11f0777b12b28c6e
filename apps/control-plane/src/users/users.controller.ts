/** Who am I, in the shape that the contract's clients print. */
import { Controller, Get } from '@nestjs/common';
import { theOrganization } from '../organizations/the-organization.js';
import { theUser } from './the-user.js';

/** No limit of a self-hosted Perch is reached; clients show the numbers. */
const UNLIMITED = 1_000_000;

@Controller('api/v2')
export class UsersController {
  /** How the caller got in. */
  @Get('auth')
  auth() {
    return { account_id: theUser.id, auth_method: 'api_key_user' };
  }

  @Get('users/me')
  me() {
    return {
      ...theUser,
      plan: 'self-hosted',
      auth_accounts: [{ ...theUser, provider: 'perch' }],
      active_seconds_limit: UNLIMITED,
      billing_account: { payment_source: { type: '' }, subscription_type: 'UNKNOWN', quota_reset_at_last: '' },
      projects_limit: UNLIMITED,
      branches_limit: UNLIMITED,
      max_autoscaling_limit: 1,
      compute_seconds_limit: UNLIMITED,
    };
  }

  @Get('users/me/organizations')
  organizations() {
    return { organizations: [theOrganization] };
  }
}
