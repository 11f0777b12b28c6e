/**
 * Fields of a request with what the schema cache knows of their columns: a name in; types and the function that shows or
 * reads its values out. A column that nobody knows is no error here: it may be a computed field, and PostgreSQL says so if not.
 */
import type { Field, Filter, JsonPath, LogicTree, Operation } from '../api-request/query-params/ast.js';
import type { QualifiedIdentifier } from '../identifiers.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { Table } from '../schema-cache/table.js';

export interface ResolvedField {
  readonly name: string;
  readonly path: JsonPath;
  /** Declared type for a cast, as PostgreSQL prints it; undefined when the column is not known. */
  readonly type: string | undefined;
  /** `type` without domains and modifiers; undefined when the column is not known. */
  readonly baseType: string | undefined;
  /**
   * Function of the column's domain representation for this use: for a shown field it takes the column, for a filter the
   * value, for a payload column the body's value. undefined for none.
   */
  readonly representation: QualifiedIdentifier | undefined;
}

/** Conditions on rows; a list of them is joined by AND. */
export type ResolvedLogicTree =
  | {
      readonly kind: 'group';
      readonly operator: 'and' | 'or';
      readonly negated: boolean;
      readonly children: readonly ResolvedLogicTree[];
    }
  | {
      readonly kind: 'filter';
      readonly field: ResolvedField;
      readonly negated: boolean;
      readonly operation: Operation;
    }
  /** `embed=is.null`: rows that have nothing there (or, with `present`, something). */
  | {
      readonly kind: 'embed-presence';
      readonly lateralAlias: string;
      readonly toOne: boolean;
      readonly present: boolean;
    };

/** Where a field's column is looked for. */
export interface FieldContext {
  readonly schema: Pick<SchemaCache, 'representation'>;
  /** undefined for what is not in the schema cache under this name (a function's name, a constraint's). */
  readonly table: Table | undefined;
}

/** `output`: shown; `filter`: compared with a text; `payload`: written from json; `order`: as it is. */
export type FieldUse = 'output' | 'filter' | 'payload' | 'order';

/** Finds a field's types, and its domain representation for the given use; of a path it takes what the path leads to. */
export function resolveField(field: Field, use: FieldUse, { schema, table }: FieldContext): ResolvedField {
  const column = table?.columns.get(field.name);
  if (column === undefined) {
    return {
      name: field.name,
      path: field.path,
      type: undefined,
      baseType: undefined,
      representation: undefined,
    };
  }
  const casts = use === 'order' ? undefined : schema.representation(column.nominalType);
  return {
    // Written out: spreading a field costs 2 µs, and there is one for each column of a request.
    name: field.name,
    path: field.path,
    type: column.nominalType,
    baseType: column.baseType,
    representation:
      use === 'output'
        ? casts?.toJson
        : use === 'filter'
          ? casts?.fromText
          : use === 'payload'
            ? casts?.fromJson
            : undefined,
  };
}

export function resolveFilter(filter: Filter, context: FieldContext): ResolvedLogicTree {
  return {
    kind: 'filter',
    field: resolveField(filter.field, 'filter', context),
    negated: filter.negated,
    operation: filter.operation,
  };
}

export function resolveLogic(tree: LogicTree, context: FieldContext): ResolvedLogicTree {
  return tree.kind === 'filter'
    ? resolveFilter(tree.filter, context)
    : { ...tree, children: tree.children.map((child) => resolveLogic(child, context)) };
}
