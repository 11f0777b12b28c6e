/** Tells Prisma's errors apart by their stable codes. */
import { Prisma } from './generated/client.js';

/** @see https://www.prisma.io/docs/orm/reference/error-reference#p2002 */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
