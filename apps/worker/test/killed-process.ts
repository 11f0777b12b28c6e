/** A process that kill -9 ends at a step: nothing of it is told to anybody, and nothing is tidied up. */
import type { Database } from '@perch/database';
import type { CrashPoint } from '../src/operations/crash-point.js';

export interface KilledProcess {
  /** As the process sees it: what it still asks for once it is dead is never answered. */
  readonly database: Database;
  readonly crashAt: CrashPoint;
  /** Resolves when it is dead. */
  readonly dead: Promise<void>;
}

export function killedAt(step: string, database: Database): KilledProcess {
  let died = (): void => undefined;
  const dead = new Promise<void>((resolve) => (died = resolve));
  let alive = true;
  const dying = new Proxy(database, {
    get: (target, key: keyof Database) =>
      new Proxy(target[key], {
        get(repository, method) {
          const member: unknown = Reflect.get(repository, method);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => (alive ? member.apply(repository, args) : new Promise(() => undefined));
        },
      }),
  });
  const crashAt: CrashPoint = (name) => {
    if (name !== step) return;
    alive = false;
    died();
    throw new Error('killed');
  };
  return { database: dying, crashAt, dead };
}
