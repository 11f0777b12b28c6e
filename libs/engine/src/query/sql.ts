/**
 * The only maker of SQL: fragments are composed with the `sql` tag, names are quoted by `ident`, values enter as
 * parameters by `param`, and `compile` numbers the parameters. Plain strings cannot be interpolated: the types forbid it.
 */
import { InternalError } from '../error/engine-error.js';
import type { SqlValue } from '../sql-executor.js';
import { quoteName, quoteQualified, withoutNul, type QualifiedIdentifier } from '../identifiers.js';

interface Parameter {
  readonly value: SqlValue;
}

type Part = string | Parameter | SqlFragment;

/** A piece of SQL, immutable; made by the functions of this file only (the constructor is not exported as a value). */
class Fragment {
  constructor(readonly parts: readonly Part[]) {}
}

export type SqlFragment = Fragment;

export interface CompiledSql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Nothing: `isEmpty` is true for it, and `join` leaves it out. */
export const empty: SqlFragment = new Fragment([]);

export function isEmpty(fragment: SqlFragment): boolean {
  return fragment.parts.length === 0;
}

/** Composes fragments: sql`select ${ident('a')} from ${ident('t')}`. The template's own text is code, never data. */
export function sql(texts: TemplateStringsArray, ...fragments: readonly SqlFragment[]): SqlFragment {
  const parts: Part[] = [];
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index];
    if (text !== undefined && text !== '') parts.push(text);
    const fragment = fragments[index];
    if (fragment !== undefined && fragment.parts.length > 0) parts.push(fragment);
  }
  return new Fragment(parts);
}

/** A value. Its type is left to PostgreSQL (unknown), so write a cast where the place gives none. */
export function param(value: SqlValue): SqlFragment {
  return new Fragment([{ value }]);
}

/** A quoted name. */
export function ident(name: string): SqlFragment {
  return new Fragment([quoteName(name)]);
}

/** A quoted name with its schema: `"atlas"."maps"`; without a schema (a CTE, an alias) the bare name. */
export function qualified(name: QualifiedIdentifier): SqlFragment {
  return new Fragment([quoteQualified(name)]);
}

/** A column or field of a table, alias or CTE: `"atlas"."maps"."title"`. */
export function column(of: QualifiedIdentifier, name: string): SqlFragment {
  return new Fragment([`${quoteQualified(of)}.${quoteName(name)}`]);
}

/** A string constant for text that belongs to the shape of a request (names, keys); values go through `param`. */
export function literal(text: string): SqlFragment {
  const doubled = withoutNul(text).replaceAll("'", "''");
  return new Fragment([doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`]);
}

/** Text from one of our closed tables or from the catalogs (an operator, `format_type`, a default expression); never from a request. */
export function raw(text: string): SqlFragment {
  return text === '' ? empty : new Fragment([text]);
}

/**
 * A type's name as a request gives it: letters, digits, `_`, `$` and blanks, so that it cannot be anything but a name or
 * nothing (a syntax error to PostgreSQL). The grammar lets nothing else through; this is the second lock.
 *
 * @throws InternalError any other character
 */
export function typeName(text: string): SqlFragment {
  if (!/^[\p{L}\p{N}_$ ]*$/u.test(text)) throw new InternalError('not the name of a type');
  return new Fragment([text]);
}

/** Fragments with `separator` between them; empty ones are left out. */
export function join(fragments: readonly SqlFragment[], separator: string): SqlFragment {
  const parts: Part[] = [];
  for (const fragment of fragments) {
    if (fragment.parts.length === 0) continue;
    if (parts.length > 0) parts.push(separator);
    parts.push(fragment);
  }
  return new Fragment(parts);
}

/** Text with `$1`, `$2` ... and the values in that order. Equal values are not merged. */
export function compile(fragment: SqlFragment): CompiledSql {
  const values: SqlValue[] = [];
  let text = '';
  const add = ({ parts }: SqlFragment): void => {
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else if (part instanceof Fragment) add(part);
      else text += `$${values.push(part.value)}`;
    }
  };
  add(fragment);
  return { text, values };
}
