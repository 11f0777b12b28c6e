/**
 * The logger of a process: pino, one JSON object a line, secrets taken out of every message and field before they are
 * written. Processes make one and hand it down (or hand down only an Observer).
 */
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redactText, redactValue } from './redact.js';

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

type LogMethod = (fieldsOrMessage: object | string, message?: string) => void;

/** What the workspace uses of pino. */
export interface Logger {
  readonly fatal: LogMethod;
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
  readonly trace: LogMethod;
  isLevelEnabled(level: LogLevel): boolean;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggerOptions {
  /** Stands in every line as `name`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Default: standard output, written synchronously so that no line is lost when the process ends. */
  readonly destination?: DestinationStream;
}

export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      base: { name: options.name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return redacting(logger);
}

function redacting(logger: PinoLogger): Logger {
  const method =
    (level: Exclude<LogLevel, 'silent'>): LogMethod =>
    (fieldsOrMessage, message) => {
      if (!logger.isLevelEnabled(level)) return;
      if (typeof fieldsOrMessage === 'string') logger[level](redactText(fieldsOrMessage));
      else logger[level](fieldsOf(fieldsOrMessage), message === undefined ? undefined : redactText(message));
    };
  return {
    fatal: method('fatal'),
    error: method('error'),
    warn: method('warn'),
    info: method('info'),
    debug: method('debug'),
    trace: method('trace'),
    isLevelEnabled: (level) => logger.isLevelEnabled(level),
    child: (fields) => redacting(logger.child(fieldsOf(fields))),
  };
}

function fieldsOf(value: object): Record<string, unknown> {
  const redacted = redactValue(value instanceof Error ? { error: value } : value);
  return typeof redacted === 'object' && redacted !== null ? { ...redacted } : { value: redacted };
}
