/** Which door a route has: API keys unless it says otherwise. */
import { SetMetadata } from '@nestjs/common';

export type Access = 'api-key' | 'fleet' | 'public';
export const ACCESS_METADATA = 'perch:access';

/** For the fleet, which shows the fleet token. */
export const FleetOnly = () => SetMetadata(ACCESS_METADATA, 'fleet' satisfies Access);
/** For anybody. */
export const Public = () => SetMetadata(ACCESS_METADATA, 'public' satisfies Access);
