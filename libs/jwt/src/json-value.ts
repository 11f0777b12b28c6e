/** JSON as it is parsed: what claims are made of. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export type JsonObject = { readonly [name: string]: JsonValue };

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** An own member only: a claim named `constructor` is a claim. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What reads claims goes down by recursion, so it must end. */
export function isDeeperThan(value: JsonValue, levels: number): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; depth < levels; depth += 1) {
    level = level.flatMap((item) => (isJsonArray(item) ? item : isJsonObject(item) ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}
