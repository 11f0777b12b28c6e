/**
 * The internal API between the control plane and the fleet, under `/internal/v1`, with the fleet token as bearer.
 *
 *     GET  /tenants/{endpoint_id}/{database}               200 snapshot, 404 { code: 'tenant.not-found' } with the newest change
 *                                                          that the control plane knows of in `perch-change-sequence`
 *     GET  /changes?since=N                                text/event-stream of changes, oldest first; never ends
 *     POST /tenants/{endpoint_id}/{database}/unknown-kid   202; the control plane fetches the key set again (decision 16)
 *     POST /endpoints/{endpoint_id}/wake                   204 once its suspended Postgres answers; 404 when there is nothing
 *                                                          to wake, 409 when it is disabled, 503 when it did not come up
 *
 * A change names the data API whose snapshot is new or gone. A proxy that holds it fetches it again, one that does not
 * forgets that it was unknown. Sequence numbers grow in the order in which changes became visible, so resuming with the
 * last one seen misses nothing; `since` older than the control plane remembers answers with one `resync` event first.
 *
 * A proxy refuses what is older than what it has seen of a data API: a snapshot by its version, a 404 and a
 * removal by its sequence. So a control plane on an old copy of its database rolls nobody back; "perch accept-restore" lets
 * its state count again.
 */
import { z } from 'zod';

/** Fields that a newer control plane adds are left out: the feed of a proxy must not end over them. */
export const tenantChangeSchema = z.object({
  sequence: z.int().nonnegative(),
  endpoint_id: z.string(),
  database: z.string(),
  /** Version of the snapshot now in force, or null when the data API is gone. */
  version: z.int().nonnegative().nullable(),
});
export type TenantChange = z.infer<typeof tenantChangeSchema>;

/** Server-sent event names of the change feed. `resync` carries `{ sequence }`: compare everything, then go on there. */
export const fleetEventNames = { change: 'change', resync: 'resync' } as const;

/** Header of a 404 for a tenant. */
export const changeSequenceHeader = 'perch-change-sequence';

export const resyncSchema = z.object({ sequence: z.int().nonnegative() });

export const fleetApiPaths = {
  tenant: (endpointId: string, database: string) =>
    `/internal/v1/tenants/${encodeURIComponent(endpointId)}/${encodeURIComponent(database)}`,
  changes: (since: number) => `/internal/v1/changes?since=${since}`,
  wake: (endpointId: string) => `/internal/v1/endpoints/${encodeURIComponent(endpointId)}/wake`,
  unknownKid: (endpointId: string, database: string) =>
    `/internal/v1/tenants/${encodeURIComponent(endpointId)}/${encodeURIComponent(database)}/unknown-kid`,
} as const;
