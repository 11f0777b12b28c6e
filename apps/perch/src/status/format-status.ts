/** What was seen of processes as a table for people. */
import type { SeenProcess } from './read-status.js';

const columns = [
  'PROCESS',
  'ADMIN',
  'STATE',
  'VERSION',
  'PID',
  'UP',
  'DATA APIS',
  'CONNECTIONS',
  'IN FLIGHT',
  'FEED',
] as const;

/** @param nowMs milliseconds since 1970 */
export function formatStatus(processes: readonly SeenProcess[], nowMs: number): string {
  const rows = processes.map((seen) => rowOf(seen, nowMs));
  const widths = columns.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const troubles = processes.flatMap((seen) => troublesOf(seen, nowMs));
  return [line(columns), ...rows.map(line), ...(troubles.length === 0 ? [] : ['', ...troubles]), ''].join('\n');
}

function rowOf(seen: SeenProcess, nowMs: number): readonly string[] {
  if (seen.state === 'unreachable')
    return [seen.process ?? '?', seen.at, 'unreachable', ...columns.slice(3).map(() => '-')];
  const { counts, feed, workers } = seen;
  const { connectionsBusy: busy, connectionsIdle: idle, connectionWaiters: waiting } = counts;
  return [
    workers === undefined ? seen.process : `${seen.process} (${workers} workers)`,
    seen.at,
    seen.state === 'ready' ? 'ready' : 'not ready',
    seen.version,
    String(seen.pid),
    ago(seen.started_at, nowMs),
    shown(counts['tenantsLoaded']),
    busy === undefined ? '-' : `${busy} busy, ${idle ?? 0} idle, ${waiting ?? 0} waiting`,
    shown(counts['requestsInFlight']),
    feed === undefined ? feedOfControlPlane(counts) : `${feed.state}, ${ago(feed.since, nowMs)}`,
  ];
}

function feedOfControlPlane({ feedConnections }: Readonly<Record<string, number>>): string {
  if (feedConnections === undefined) return '-';
  return feedConnections === 1 ? '1 follower' : `${feedConnections} followers`;
}

function troublesOf(seen: SeenProcess, nowMs: number): string[] {
  const name = `${seen.process ?? '?'} ${seen.at}`;
  if (seen.state === 'unreachable') return [`${name}: ${seen.reason}`];
  return [
    ...(seen.state === 'not-ready' ? [`${name} is not ready: ${seen.reason ?? 'it does not say why'}`] : []),
    ...(seen.feed?.state === 'lost'
      ? [`${name} has lost the change feed: ${seen.feed.reason ?? 'it does not say why'}`]
      : []),
    ...(seen.last_error === undefined
      ? []
      : [`${name}, last error ${ago(seen.last_error.at, nowMs)} ago: ${seen.last_error.text}`]),
  ];
}

function shown(count: number | undefined): string {
  return count === undefined ? '-' : String(count);
}

/** `12s`, `5m 3s`, `2h 5m`, `3d 4h`. */
function ago(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(at)) / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days > 0) return `${days}d ${hours % 24}h`;
  if (hours > 0) return `${hours}h ${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}
