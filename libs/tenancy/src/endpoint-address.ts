/**
 * The two URL forms of a data API made by the control plane: a host and a path in, the tenant they name and the rest of
 * the path out.
 *
 *     https://<endpoint id>.<anything>/<database>/rest/v1/...
 *     https://<anything>/<endpoint id>/<database>/rest/v1/...
 */
import { endpointIdPattern, tenantKey } from '@perch/contract';
import { hostName } from './host.js';
import type { TenantLocation } from './snapshot-source.js';

/** PostgreSQL cuts identifiers to 63 bytes, so no longer name can exist. */
const maxDatabaseBytes = 63;
const inHostForm = /^\/([^/]+)\/rest\/v1(\/.*)?$/s;
const inPathForm = /^\/([^/]+)\/([^/]+)\/rest\/v1(\/.*)?$/s;

export function locateEndpoint(hostHeader: string, path: string): TenantLocation | undefined {
  const firstLabel = hostName(hostHeader)?.split('.', 2);
  if (firstLabel?.length === 2 && endpointIdPattern.test(firstLabel[0] ?? '')) {
    const match = inHostForm.exec(path);
    return match === null ? undefined : location(firstLabel[0], match[1], path, match[2]);
  }
  const match = inPathForm.exec(path);
  if (match === null || !endpointIdPattern.test(match[1] ?? '')) return undefined;
  return location(match[1], match[2], path, match[3]);
}

function location(
  endpointId: string | undefined,
  encodedDatabase: string | undefined,
  path: string,
  rest: string | undefined,
): TenantLocation | undefined {
  const database = decodeSegment(encodedDatabase ?? '');
  if (endpointId === undefined || database === undefined || database === '') return undefined;
  if (Buffer.byteLength(database) > maxDatabaseBytes || database.includes('\0')) return undefined;
  return {
    key: tenantKey({ endpointId, database }),
    prefix: rest === undefined ? path : path.slice(0, path.length - rest.length),
    path: rest ?? '/',
  };
}

/** undefined when the percent-encoding is not UTF-8. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
