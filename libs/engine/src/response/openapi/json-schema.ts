/** Described columns and parameters in, JSON Schema out: the same in both OpenAPI versions. */
import type { DescribedColumn, DescribedParameter } from './api-description.js';
import type { ValueShape } from './value-shape.js';

/** A JSON object whose undefined members are left out when it is written. */
export interface Json {
  readonly [key: string]: unknown;
}

export function columnSchema(column: DescribedColumn): Json {
  return {
    ...shapeSchema(column.shape),
    description: column.notes,
    default: column.defaultValue,
    enum: column.enumValues.length === 0 ? undefined : column.enumValues,
    maxLength: column.maxLength,
  };
}

export function parameterSchema(parameter: DescribedParameter): Json {
  return shapeSchema(parameter.shape);
}

function shapeSchema({ type, format, items }: ValueShape): Json {
  return { type, format, items };
}
