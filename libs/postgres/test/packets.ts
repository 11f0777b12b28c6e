/** For specs: short ways to write packets and to read what they answer. */
import type { SqlExecutor, SqlPacket, SqlStatement } from '@perch/engine';

export function statement(text: string, values: SqlStatement['values'] = []): SqlStatement {
  return { text, values };
}

export function packet(...statements: readonly (string | SqlStatement)[]): SqlPacket {
  return { statements: statements.map((item) => (typeof item === 'string' ? statement(item) : item)) };
}

/** The first field of the first row of the last statement. */
export async function fieldOf(
  executor: SqlExecutor,
  ...statements: readonly (string | SqlStatement)[]
): Promise<string | null> {
  const results = await executor.submit(packet(...statements));
  return results.at(-1)?.rows[0]?.[0] ?? null;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds that happens by itself, at most 5 seconds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never came to hold');
    await pause(5);
  }
}
