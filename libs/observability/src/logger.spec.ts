import { createLogObserver } from './log-observer.js';
import { createLogger, type LogLevel } from './logger.js';

function capture(level: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    name: 'test',
    level,
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with level and process by name', () => {
    const { logger, lines } = capture('info');
    logger.info({ tenant: 'a/b' }, 'loaded');
    logger.debug('not at this level');
    expect(lines).toEqual([expect.objectContaining({ level: 'info', name: 'test', tenant: 'a/b', message: 'loaded' })]);
  });

  it('lets no secret through, in messages, fields, errors or child fields', () => {
    const { logger, lines } = capture('trace');
    const secret = 'hush-hush';
    const url = `postgres://u:${secret}@h/d`;
    logger.warn(url);
    logger.warn({ url, password: secret, nested: { authorization: `Bearer ${secret}` } }, `at ${url}`);
    logger.error(new Error(`bad ${url}`));
    logger.child({ fleet_token: secret }).info('x');
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

describe('createLogObserver', () => {
  it('writes facts with a level and keeps lookups out of the log', () => {
    const { logger, lines } = capture('trace');
    const observer = createLogObserver(logger);
    observer.note({ kind: 'tenant-lookup', outcome: 'loaded' });
    observer.note({ kind: 'tenants-file-refused', path: 'f', problems: ['a'] });
    observer.note({ kind: 'message', level: 'info', text: 'hello', fields: { n: 1 } });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'tenants-file-refused'],
      ['info', 'hello'],
    ]);
  });
});
