import { ConfigError } from '@perch/contract';
import { loadWorkerConfig } from './config.js';

const needed = { DATABASE_URL: 'postgres://u@h/d', PERCH_MASTER_KEY: '0123456789abcdef' };

describe('loadWorkerConfig', () => {
  it('fills in defaults and takes what is set to nothing for absent', () => {
    expect(loadWorkerConfig({ ...needed, REDIS_URL: '', PERCH_HOME: '/h' })).toEqual({
      databaseUrl: 'postgres://u@h/d',
      redisUrl: undefined,
      masterKey: '0123456789abcdef',
      previousMasterKey: undefined,
      home: '/h',
      adminHost: '127.0.0.1',
      adminPort: 4091,
      concurrency: 8,
      loginGraceMs: 10_000,
      logLevel: 'info',
      tracing: { enabled: false, protocol: 'http/protobuf', withStatements: false },
      crashFile: undefined,
    });
  });

  it('moves its port with the base', () => {
    expect(loadWorkerConfig({ ...needed, PERCH_PORT_BASE: '7000' }).adminPort).toBe(7091);
  });

  it('lists every problem at once, without the values', () => {
    const load = () => loadWorkerConfig({ DATABASE_URL: 'mysql://u:secret@h', PERCH_PORT_BASE: 'x', REDIS_URL: 'y' });
    expect(load).toThrow(ConfigError);
    try {
      load();
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [];
      expect(problems.map((problem) => problem.split(':')[0])).toEqual([
        'DATABASE_URL',
        'REDIS_URL',
        'PERCH_MASTER_KEY',
        'PERCH_PORT_BASE',
      ]);
      expect(problems.join()).not.toContain('secret');
    }
  });
});
