/** Observations as log lines: which fact is worth a line, at which level, in which words. */
import type { Logger, LogLevel } from './logger.js';
import type { Observation } from './observation.js';
import type { Observer } from './observer.js';

type LineLevel = Exclude<LogLevel, 'silent' | 'fatal' | 'trace'>;

export function createLogObserver(logger: Logger): Observer {
  return {
    note(observation) {
      const level = levelOf(observation);
      if (level === undefined || !logger.isLevelEnabled(level)) return;
      if (observation.kind === 'message') {
        logger[level]({ ...observation.fields }, observation.text);
        return;
      }
      const { kind, ...fields } = observation;
      logger[level](fields, kind);
    },
  };
}

/** undefined: never a line, only a metric. */
function levelOf(observation: Observation): LineLevel | undefined {
  switch (observation.kind) {
    case 'request':
      if (observation.status >= 500) return observation.errorKind === 'internal' ? 'error' : 'warn';
      return 'debug';
    case 'management-request':
      return observation.status >= 500 ? 'warn' : 'debug';
    case 'operation-run':
      return 'debug';
    case 'tenant-lookup':
    case 'jwt-cache-lookup':
      return undefined;
    case 'message':
      return observation.level;
    case 'internal-error':
    case 'tenants-file-refused':
    case 'worker-lost':
      return 'error';
    case 'snapshot-refused':
    case 'snapshot-source-failed':
    case 'control-plane-lost':
    case 'disk-copy-ignored':
    case 'disk-copy-failed':
    case 'jwks-fetch-failed':
    case 'schema-cache-failed':
      return 'warn';
    case 'process-started':
    case 'process-stopping':
    case 'process-stopped':
    case 'control-plane-connected':
    case 'tenants-file-loaded':
      return 'info';
    case 'tenant-loaded':
    case 'tenant-dropped':
    case 'jwks-fetched':
    case 'unknown-kid-reported':
    case 'schema-cache-loaded':
      return 'debug';
  }
}
