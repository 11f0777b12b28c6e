/** Projects as the contract writes them, with the fields that are ours under `perch` (decision 18). */
import type { CreatedProject, Project } from '@perch/database';
import { z } from 'zod';
import { toBranchBody } from '../branches/branches.dto.js';
import { toDatabaseBody } from '../databases/databases.dto.js';
import { toEndpointBody } from '../endpoints/endpoints.dto.js';
import { encodeCursor, END_CURSOR } from '../http/cursor.js';
import { toOperationBody } from '../operations/operations.dto.js';
import { theOrganization } from '../organizations/the-organization.js';
import { toRoleBody } from '../roles/roles.dto.js';
import { theUser } from '../users/the-user.js';
import type { ConnectionUri } from './connection-uri.js';
import { postgresName } from './reserved-names.js';

const projectName = z.string().trim().min(1).max(64);
export const projectSettings = z.record(z.string(), z.unknown());
const historyRetention = z.int().nonnegative();

/** What an attached or a local project starts from. */
export const perchProjectSchema = z.discriminatedUnion('compute', [
  z.strictObject({ compute: z.literal('local') }),
  z.strictObject({ compute: z.literal('attached'), connection_url: z.string().min(1) }),
]);

/** Fields of the contract that mean nothing to a self-hosted Perch are read over. */
export const createProjectSchema = z.object({
  project: z
    .object({
      name: projectName.optional(),
      region_id: z.string().optional(),
      org_id: z.string().min(1).optional(),
      pg_version: z.int().positive().optional(),
      history_retention_seconds: historyRetention.optional(),
      settings: projectSettings.optional(),
      default_endpoint_settings: projectSettings.optional(),
      branch: z
        .object({
          name: z.string().trim().min(1).max(256).optional(),
          role_name: postgresName.optional(),
          database_name: postgresName.optional(),
          annotations: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
      perch: perchProjectSchema.optional(),
    })
    .default({}),
});
export type CreateProject = z.infer<typeof createProjectSchema>['project'];

export const updateProjectSchema = z.object({
  project: z.object({
    name: projectName.optional(),
    history_retention_seconds: historyRetention.optional(),
    settings: projectSettings.optional(),
    default_endpoint_settings: projectSettings.optional(),
  }),
});
export type UpdateProject = z.infer<typeof updateProjectSchema>['project'];

export const listProjectsSchema = z.object({
  cursor: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(400).default(10),
  search: z.string().max(256).optional(),
  org_id: z.string().min(1).optional(),
  /** Of the projects that can be had back, which are none: what was deleted is gone. */
  recoverable: z.enum(['true', 'false']).optional(),
});
export type ListProjects = z.infer<typeof listProjectsSchema>;

export const connectionUriSchema = z.object({
  database_name: z.string().min(1),
  role_name: z.string().min(1),
  branch_id: z.string().min(1).optional(),
  endpoint_id: z.string().min(1).optional(),
  /** Read over: there is no pooler, and connections cost no more without one. */
  pooled: z.enum(['true', 'false']).optional(),
});
export type ConnectionUriQuery = z.infer<typeof connectionUriSchema>;

export function toProjectBody(project: Project) {
  return { ...toProjectHead(project), ...consumption(project) };
}

export function toProjectListItem(project: Project) {
  return { ...toProjectHead(project), active_time: 0 };
}

export function toProjectPage(projects: readonly Project[], cursor: string | undefined) {
  const last = projects.at(-1);
  return {
    projects: projects.map(toProjectListItem),
    pagination: {
      cursor: last === undefined ? (cursor ?? END_CURSOR) : encodeCursor(last.createdAt.toISOString(), last.id),
    },
    applications: {},
    integrations: {},
  };
}

export interface CreatedProjectView extends CreatedProject {
  readonly connectionUris: readonly ConnectionUri[];
  /** Password of each role by its name: shown by this answer. */
  readonly passwords: ReadonlyMap<string, string>;
}

export function toCreatedProjectBody(created: CreatedProjectView) {
  return {
    project: toProjectBody(created.project),
    connection_uris: created.connectionUris,
    roles: created.roles.map((role) => toRoleBody(role, created.passwords.get(role.name))),
    databases: created.databases.map(toDatabaseBody),
    operations: created.operations.map(toOperationBody),
    branch: toBranchBody(created.branch),
    endpoints: created.endpoints.map(toEndpointBody),
  };
}

const MEBIBYTE = 1024 * 1024;
/** Nothing limits a branch but the disk; clients want a number: one pebibyte. */
const SIZE_LIMIT_MEBIBYTES = 1024 * 1024 * 1024;

function toProjectHead(project: Project) {
  return {
    id: project.id,
    platform_id: 'perch',
    region_id: project.regionId,
    name: project.name,
    provisioner: 'perch',
    default_endpoint_settings: project.defaultEndpointSettings,
    settings: project.settings,
    pg_version: project.pgVersion,
    proxy_host: '127.0.0.1',
    branch_logical_size_limit: SIZE_LIMIT_MEBIBYTES,
    branch_logical_size_limit_bytes: SIZE_LIMIT_MEBIBYTES * MEBIBYTE,
    store_passwords: true,
    cpu_used_sec: 0,
    creation_source: 'console',
    created_at: project.createdAt.toISOString(),
    updated_at: project.updatedAt.toISOString(),
    synthetic_storage_size: 0,
    quota_reset_at: monthOf(new Date()).end,
    owner_id: theUser.id,
    org_id: theOrganization.id,
    history_retention_seconds: project.historyRetentionSeconds,
    perch: { compute: project.compute },
  };
}

function consumption(project: Project) {
  const month = monthOf(new Date());
  return {
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    consumption_period_start: month.start,
    consumption_period_end: month.end,
    owner: { email: theUser.email, name: theUser.name, branches_limit: -1, subscription_type: 'UNKNOWN' },
    compute_last_active_at: project.updatedAt.toISOString(),
  };
}

function monthOf(day: Date) {
  const at = (month: number): string => new Date(Date.UTC(day.getUTCFullYear(), month)).toISOString();
  return { start: at(day.getUTCMonth()), end: at(day.getUTCMonth() + 1) };
}
