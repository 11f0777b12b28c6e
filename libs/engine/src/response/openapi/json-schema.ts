/** Described columns and parameters in, JSON Schema out: the same in both OpenAPI versions. */
import type { DescribedColumn, DescribedParameter } from './api-description.js';

/** A JSON object whose undefined members are left out when it is written. */
export interface Json {
  readonly [key: string]: unknown;
}

export function columnSchema({ shape, notes, defaultValue, enumValues, maxLength }: DescribedColumn): Json {
  return {
    type: shape.type,
    format: shape.format,
    items: shape.items,
    description: notes,
    default: defaultValue,
    enum: enumValues.length === 0 ? undefined : enumValues,
    maxLength,
  };
}

export function parameterSchema({ shape: { type, format, items } }: DescribedParameter): Json {
  return { type, format, items };
}
