/** What the API answers, as far as clients may rely on it; further fields may come at any time. */
import { z } from 'zod';

const time = z.iso.datetime();
const text = z.string();
const json = z.record(text, z.unknown());

export const operation = z.looseObject({
  id: z.uuid(),
  project_id: text,
  branch_id: text.optional(),
  endpoint_id: text.optional(),
  action: text,
  status: z.enum(['scheduling', 'running', 'finished', 'failed', 'error', 'cancelling', 'cancelled', 'skipped']),
  error: text.optional(),
  failures_count: z.int(),
  retry_at: time.optional(),
  created_at: time,
  updated_at: time,
  total_duration_ms: z.int(),
});
export const operations = z.array(operation);

export const projectListItem = z.looseObject({
  id: text,
  platform_id: text,
  region_id: text,
  name: text,
  org_id: text,
  provisioner: text,
  pg_version: z.int(),
  store_passwords: z.boolean(),
  created_at: time,
  updated_at: time,
  owner_id: text,
  perch: z.looseObject({ compute: z.enum(['local', 'attached']) }),
});
export const project = projectListItem.extend({ history_retention_seconds: z.int() });

export const organization = z.looseObject({ id: text, name: text, handle: text, plan: text });

export const branch = z.looseObject({
  id: text,
  project_id: text,
  parent_id: text.optional(),
  name: text,
  current_state: z.enum(['init', 'resetting', 'ready', 'archived']),
  default: z.boolean(),
  protected: z.boolean(),
  created_at: time,
  updated_at: time,
  expires_at: time.optional(),
  ttl_interval_seconds: z.int().optional(),
});
export const annotation = z.looseObject({ object: z.object({ type: text, id: text }), value: json });

export const endpoint = z.looseObject({
  id: text,
  host: text,
  project_id: text,
  branch_id: text,
  type: z.enum(['read_write', 'read_only']),
  current_state: z.enum(['init', 'active', 'idle']),
  suspend_timeout_seconds: z.int(),
  created_at: time,
  updated_at: time,
});

export const database = z.looseObject({
  id: z.int(),
  branch_id: text,
  name: text,
  owner_name: text,
  created_at: time,
  updated_at: time,
});

export const role = z.looseObject({
  branch_id: text,
  name: text,
  password: text.optional(),
  protected: z.boolean(),
  authentication_method: z.enum(['password', 'oauth', 'no_login']),
  created_at: time,
  updated_at: time,
});

export const jwks = z.looseObject({
  id: z.uuid(),
  project_id: text,
  branch_id: text.optional(),
  jwks_url: text,
  provider_name: text,
  jwt_audience: text.optional(),
  created_at: time,
  updated_at: time,
});

export const dataApi = z.looseObject({
  url: text,
  status: z.enum(['provisioning', 'active', 'error', 'deleting']),
  settings: json.nullable(),
  available_schemas: z.array(text).nullable(),
});

export const apiKey = z.looseObject({ id: z.int(), name: text, created_at: time });

export const auditEntry = z.looseObject({
  id: z.int(),
  created_at: time,
  request_id: text,
  key: z.looseObject({ id: z.int(), name: text }),
  project_id: text.optional(),
  action: text,
  target: z.record(text, text),
  status: z.int().optional(),
  error_code: text.optional(),
  finished_at: time.optional(),
});

export const connectionUris = z.array(
  z.looseObject({
    connection_uri: text,
    connection_parameters: z.object({ database: text, password: text, role: text, host: text, pooler_host: text }),
  }),
);

export const cursor = z.object({ cursor: text });

export const errorBody = z.object({ request_id: text, code: text, message: text });
