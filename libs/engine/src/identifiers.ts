/** Names of things in a schema: what a request asks for and what the schema cache is keyed by. */

export interface QualifiedIdentifier {
  readonly schema: string;
  readonly name: string;
}

/** `schema.name` as messages show it: no quoting, so never for SQL. */
export function displayName(identifier: QualifiedIdentifier): string {
  return identifier.schema === '' ? identifier.name : `${identifier.schema}.${identifier.name}`;
}

/** Key for maps. NUL cannot occur in a PostgreSQL identifier, so two different names never share a key. */
export function identifierKey(identifier: QualifiedIdentifier): string {
  return `${identifier.schema}\0${identifier.name}`;
}

export function sameIdentifier(left: QualifiedIdentifier, right: QualifiedIdentifier): boolean {
  return left.schema === right.schema && left.name === right.name;
}

/**
 * Splits a configured name (`schema.name` or `name`) at its first dot.
 *
 * The schema is empty when the text has no dot: the search path decides then.
 */
export function parseQualifiedIdentifier(text: string): QualifiedIdentifier {
  const dot = text.indexOf('.');
  return dot < 0 ? { schema: '', name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}

/** The one place where names become SQL. */
export function quoteName(name: string): string {
  const text = withoutNul(name);
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`;
}

/** `"schema"."name"`; without a schema the bare name. */
export function quoteQualified({ schema, name }: QualifiedIdentifier): string {
  return schema === '' ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/** PostgreSQL's text has no NUL, and would end a statement there. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text;
}
