import { z } from 'zod';
import { ConfigError, givenVariables, portsFrom, readEnvironment, sharedEnvironment } from './environment.js';

const problemsOf = (env: Record<string, string>, other: readonly string[] = []): readonly string[] => {
  try {
    readEnvironment(z.object(sharedEnvironment), env, other);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

describe('the shared environment', () => {
  const needed = {
    DATABASE_URL: 'postgresql://u@h/d',
    PERCH_MASTER_KEY: '0123456789abcdef',
    PERCH_FLEET_TOKEN: '0123456789abcdef',
  };

  test('every problem is told at once, with those of the command line and without values', () => {
    const problems = problemsOf({ DATABASE_URL: 'mysql://u:hush@h', PERCH_MASTER_KEY: 'hush', PERCH_PORT_BASE: 'x' }, [
      '--port: no',
    ]);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PERCH_PORT_BASE',
      'DATABASE_URL',
      'PERCH_MASTER_KEY',
      'PERCH_FLEET_TOKEN',
      '--port',
    ]);
    expect(problems.join()).not.toContain('hush');
  });

  test('a problem of the command line alone stops the start as well', () => {
    expect(problemsOf(needed, ['--port: no'])).toEqual(['--port: no']);
    expect(problemsOf(needed)).toEqual([]);
  });

  test('a variable set to nothing counts as absent', () => {
    expect(givenVariables({ A: '', B: undefined, C: 'c' })).toEqual({ C: 'c' });
  });

  test('one base moves every port, and no two meet', () => {
    const ports = Object.values(portsFrom(5000));
    expect(ports.every((port) => port >= 5000 && port <= 5300)).toBe(true);
    expect(new Set(ports).size).toBe(ports.length);
  });
});
