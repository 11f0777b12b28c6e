/** Settings after a merge patch: null takes a setting back to its default, an object merges into an object. */
import type { DataApiSettingsInput } from '@perch/contract';
import { parseRequest } from '../http/zod.pipe.js';
import { dataApiSettingsSchema } from './data-api-settings.dto.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * @param patch undefined leaves all as it is, null takes all back to the defaults
 * @throws request.invalid when the result is not one
 * @see https://www.rfc-editor.org/rfc/rfc7396#section-2
 */
export function mergeSettings(current: DataApiSettingsInput, patch: Json | null | undefined): DataApiSettingsInput {
  if (patch === undefined) return current;
  return parseRequest(dataApiSettingsSchema, merge(current, patch ?? {}, patch === null));
}

function merge(target: unknown, patch: Json, replace: boolean): Json {
  const result: Record<string, unknown> = isObject(target) && !replace ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = isObject(value) ? merge(result[name], value, false) : value;
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
