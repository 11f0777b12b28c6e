/**
 * Data APIs by host name and path prefix, as a tenants file lists them: a host and a path in, the entry with the longest
 * matching prefix and the rest of the path out.
 */
import { decodeSegment } from './endpoint-address.js';
import { hostName } from './host.js';
import type { TenantLocation } from './snapshot-source.js';

export interface HostTableEntry {
  readonly key: string;
  readonly hostnames: readonly string[];
  /** "" or `/a/b`: whole segments, not percent-encoded. */
  readonly pathPrefix: string;
}

export type HostTable = (hostHeader: string, path: string) => TenantLocation | undefined;

interface Row {
  readonly key: string;
  readonly segments: readonly string[];
}

export function createHostTable(entries: readonly HostTableEntry[]): HostTable {
  const rowsByHost = new Map<string, Row[]>();
  for (const { key, hostnames, pathPrefix } of entries) {
    const row = { key, segments: pathPrefix === '' ? [] : pathPrefix.slice(1).split('/') };
    for (const host of hostnames) {
      const name = hostName(host) ?? host.toLowerCase();
      rowsByHost.set(name, [...(rowsByHost.get(name) ?? []), row]);
    }
  }
  for (const rows of rowsByHost.values()) rows.sort((a, b) => b.segments.length - a.segments.length);

  return (hostHeader, path) => {
    const name = hostName(hostHeader);
    for (const row of (name === undefined ? undefined : rowsByHost.get(name)) ?? []) {
      const end = prefixEnd(path, row.segments);
      if (end !== undefined) {
        const rest = path.slice(end);
        return { key: row.key, prefix: path.slice(0, end), path: rest === '' ? '/' : rest };
      }
    }
    return undefined;
  };
}

/** Where the prefix ends in `path` (an offset), undefined when the path does not begin with these whole segments. */
function prefixEnd(path: string, segments: readonly string[]): number | undefined {
  let at = 0;
  for (const segment of segments) {
    if (path[at] !== '/') return undefined;
    const next = path.indexOf('/', at + 1);
    const end = next < 0 ? path.length : next;
    const sent = path.slice(at + 1, end);
    if (sent !== segment && decodeSegment(sent) !== segment) return undefined;
    at = end;
  }
  return at;
}
