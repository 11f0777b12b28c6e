/** Two texts in, how the second differs from the first out, as a unified diff. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Lines of context around a change. */
const CONTEXT = 3;

/**
 * In short steps, so that others are answered in between: each of them looks for one more changed line.
 *
 * @returns '' when they are the same, undefined when it was not found within `timeoutMs` milliseconds
 */
export function unifiedDiff(before: NamedText, after: NamedText, timeoutMs: number): Promise<string | undefined> {
  if (before.text === after.text) return Promise.resolve('');
  return new Promise((resolve) => {
    createTwoFilesPatch(before.name, after.name, before.text, after.text, undefined, undefined, {
      context: CONTEXT,
      headerOptions: FILE_HEADERS_ONLY,
      timeout: timeoutMs,
      callback: resolve,
    });
  });
}
