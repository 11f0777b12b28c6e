/** Endpoints as the contract writes them. */
import type { Endpoint, RequestedEndpoint } from '@perch/database';
import { z } from 'zod';
import { toOperationBody } from '../operations/operations.dto.js';
import { theRegion } from '../regions/region.js';

/** Seconds; 0 means the default, -1 never; a week at most. */
const suspendTimeout = z.int().min(-1).max(604_800);
const settings = z.record(z.string(), z.unknown());

/** What scales a compute in the contract means nothing to a process on one machine and is read over. */
export const newEndpointSchema = z.object({
  type: z.literal('read_write', "only 'read_write' is offered; to read only, use a role that may only read"),
  settings: settings.optional(),
  suspend_timeout_seconds: suspendTimeout.optional(),
});

export const createEndpointSchema = z.object({
  endpoint: newEndpointSchema.extend({
    branch_id: z.string().min(1),
    name: z.string().trim().min(1).max(256).optional(),
    disabled: z.boolean().optional(),
  }),
});
export type CreateEndpoint = z.infer<typeof createEndpointSchema>['endpoint'];

export const updateEndpointSchema = z.object({
  endpoint: z.object({
    name: z.string().trim().min(1).max(256).optional(),
    disabled: z.boolean().optional(),
    settings: settings.optional(),
    suspend_timeout_seconds: suspendTimeout.optional(),
  }),
});
export type UpdateEndpoint = z.infer<typeof updateEndpointSchema>['endpoint'];

export function toChangedEndpointBody({ endpoint, operations }: RequestedEndpoint) {
  return { endpoint: toEndpointBody(endpoint), operations: operations.map(toOperationBody) };
}

/** PostgreSQL's own port, which needs no mention. */
const STANDARD_PORT = 5432;

/** `host` carries the port (decision 13): the contract's clients build connection strings of it. */
export function hostOf(endpoint: Pick<Endpoint, 'host' | 'port'>): string {
  const host = endpoint.host.includes(':') && !endpoint.host.startsWith('[') ? `[${endpoint.host}]` : endpoint.host;
  return endpoint.port === STANDARD_PORT ? host : `${host}:${endpoint.port}`;
}

export function toEndpointBody(endpoint: Endpoint) {
  return {
    host: hostOf(endpoint),
    id: endpoint.id,
    ...(endpoint.name !== null && { name: endpoint.name }),
    project_id: endpoint.projectId,
    branch_id: endpoint.branchId,
    autoscaling_limit_min_cu: 1,
    autoscaling_limit_max_cu: 1,
    region_id: theRegion.region_id,
    type: endpoint.type,
    current_state: endpoint.currentState,
    ...(endpoint.pendingState !== null && { pending_state: endpoint.pendingState }),
    settings: endpoint.settings,
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: endpoint.disabled,
    passwordless_access: false,
    ...(endpoint.lastActiveAt !== null && { last_active: endpoint.lastActiveAt.toISOString() }),
    creation_source: 'console',
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
    ...(endpoint.startedAt !== null && { started_at: endpoint.startedAt.toISOString() }),
    ...(endpoint.suspendedAt !== null && { suspended_at: endpoint.suspendedAt.toISOString() }),
    proxy_host: hostOf(endpoint),
    suspend_timeout_seconds: endpoint.suspendTimeoutSeconds,
    provisioner: 'perch',
  };
}
