/** Columns in, equal columns out that share what they have in common: a big schema repeats a few types 100,000 times. */
import type { Column } from './table.js';

export class ColumnFactory {
  private readonly texts = new Map<string, string>();
  private readonly lists = new Map<string, readonly string[]>();
  private readonly noLabels: readonly string[] = [];

  /** Whole columns are shared too where nothing but the name and the type matters. */
  private readonly plain = new Map<string, Column>();

  compact(column: Column): Column {
    if (!isPlain(column)) return this.copy(column);
    const key = [column.name, column.nominalType, column.baseType, column.maxLength, column.nullable].join('\0');
    const known = this.plain.get(key);
    if (known !== undefined) return known;
    const copy = this.copy(column);
    this.plain.set(key, copy);
    return copy;
  }

  private copy(column: Column): Column {
    return {
      name: this.text(column.name),
      description: column.description,
      nullable: column.nullable,
      nominalType: this.text(column.nominalType),
      baseType: this.text(column.baseType),
      maxLength: column.maxLength,
      defaultExpression: column.defaultExpression === undefined ? undefined : this.text(column.defaultExpression),
      generated: column.generated,
      enumValues: this.list(column.enumValues),
    };
  }

  private text(value: string): string {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    this.texts.set(value, value);
    return value;
  }

  private list(labels: readonly string[]): readonly string[] {
    if (labels.length === 0) return this.noLabels;
    const key = labels.join('\0');
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    this.lists.set(key, labels);
    return labels;
  }
}

function isPlain(column: Column): boolean {
  return (
    column.description === undefined &&
    column.defaultExpression === undefined &&
    !column.generated &&
    column.enumValues.length === 0
  );
}
