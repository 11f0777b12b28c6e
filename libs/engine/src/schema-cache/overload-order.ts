/**
 * In which order a function's overloads are shown and looked through: fewer parameters first, then by comment, then by
 * parameters. Two routines of one name in, a number for a sort out.
 */
import type { Routine } from './routine.js';

export function compareOverloads(left: Routine, right: Routine): number {
  if (left.parameters.length !== right.parameters.length) return left.parameters.length - right.parameters.length;
  // No comment comes before an empty one.
  const [mine, other] = [left, right].map(({ description }) => (description === undefined ? '' : `-${description}`));
  if (mine !== undefined && other !== undefined && mine !== other) return mine < other ? -1 : 1;
  return compareParameters(left, right);
}

/** Of equally many. */
function compareParameters(left: Routine, right: Routine): number {
  for (const [index, parameter] of left.parameters.entries()) {
    const other = right.parameters[index];
    if (other === undefined) return 1;
    if (parameter.name !== other.name) return parameter.name < other.name ? -1 : 1;
    if (parameter.type !== other.type) return parameter.type < other.type ? -1 : 1;
  }
  return 0;
}
