/**
 * Members in, the text of a JSON object out. A big schema's document is written piece by piece: as one tree of objects it
 * would keep the garbage collector busy for longer than the writing takes.
 */

/** JSON that is written already. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Members that are undefined are left out. Keys must differ. */
export function objectText(members: Iterable<readonly [key: string, value: unknown]>): JsonText {
  const written: string[] = [];
  for (const [key, value] of members) {
    const text: string | undefined = value instanceof JsonText ? value.text : JSON.stringify(value);
    if (text !== undefined) written.push(`${JSON.stringify(key)}:${text}`);
  }
  return new JsonText(`{${written.join(',')}}`);
}
