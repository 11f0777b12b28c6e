/** What the contract can ask of a project and Perch does not do: what promises protection is refused, never read over. */
import { z } from 'zod';
import { failure } from '../error/control-plane-error.js';
import { NO_FILTER, NO_PRELOADS } from '../error/not-offered-reasons.js';
import { assertEndpointSettingsOffered } from '../endpoints/not-offered.js';

/** Setting, what asks for something, and why it is not to be had. What the setting has when it asks for nothing passes. */
const refused: readonly (readonly [name: string, asks: z.ZodType, reason: string])[] = [
  ['allowed_ips', z.looseObject({ ips: z.array(z.unknown()).min(1) }), NO_FILTER],
  ['block_public_connections', z.literal(true), NO_FILTER],
  ['block_vpc_connections', z.literal(true), NO_FILTER],
  ['hipaa', z.literal(true), 'compliance is up to who runs Perch'],
  ['audit_log_level', z.string(), 'Perch always keeps its audit log; statements are logged by PostgreSQL itself'],
  [
    'enable_logical_replication',
    z.literal(true),
    "local computes run with 'wal_level' 'replica'; an attached Postgres has its own",
  ],
  [
    'quota',
    z.record(z.string(), z.unknown()).refine(hasLimit),
    'Perch limits neither the time nor the size of a project',
  ],
  ['preload_libraries', z.looseObject({ enabled_libraries: z.array(z.unknown()).min(1) }), NO_PRELOADS],
];

interface ProjectSettings {
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly default_endpoint_settings?: Readonly<Record<string, unknown>> | undefined;
}

/** @throws project.option-unavailable, endpoint.option-unavailable */
export function assertSettingsOffered({ settings = {}, default_endpoint_settings: defaults }: ProjectSettings): void {
  for (const [name, asks, reason] of refused) {
    if (asks.safeParse(settings[name]).success) throw failure('project.option-unavailable', `settings.${name}`, reason);
  }
  assertEndpointSettingsOffered(defaults, 'default_endpoint_settings');
}

/** 0 is the contract's word for no limit. */
function hasLimit(quota: Readonly<Record<string, unknown>>): boolean {
  return Object.values(quota).some((limit) => limit !== 0 && limit != null);
}
