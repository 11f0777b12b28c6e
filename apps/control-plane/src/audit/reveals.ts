/** Marks a route that only reads and yet belongs into the audit log: it shows a secret. */
import { SetMetadata } from '@nestjs/common';

export const REVEALS_METADATA = 'perch:reveals';

/** `@RevealsSecret()` */
export const RevealsSecret = () => SetMetadata(REVEALS_METADATA, true);
