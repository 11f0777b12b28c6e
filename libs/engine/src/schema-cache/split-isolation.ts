/** Settings of a function or role in, the isolation level that they ask for apart from the others out. */
import type { IsolationLevel } from './routine.js';

type Settings = readonly (readonly [name: string, value: string])[];

const isolationSetting = 'default_transaction_isolation';
/** Every other means read committed. */
const isolationLevels: readonly IsolationLevel[] = ['repeatable read', 'serializable'];

export function splitIsolation(settings: Settings): {
  readonly settings: Settings;
  readonly isolation: IsolationLevel | undefined;
} {
  const level = settings.find(([name]) => name === isolationSetting)?.[1].toLowerCase();
  return {
    settings: settings.filter(([name]) => name !== isolationSetting),
    isolation: level === undefined ? undefined : (isolationLevels.find((known) => known === level) ?? 'read committed'),
  };
}
