/** The Prisma client over node-postgres. Sealed columns are left out of every read that does not ask for them by name. */
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from './generated/client.js';

const omit = {
  branch: { connectionUrlSealed: true },
  endpoint: { superuserPasswordSealed: true },
  role: { passwordSealed: true },
  dataApi: { loginPasswordSealed: true },
  apiKey: { hash: true },
} as const;

export function createPrisma(pool: pg.Pool) {
  return new PrismaClient({ adapter: new PrismaPg(pool), omit });
}

export type Prisma = ReturnType<typeof createPrisma>;
/** What runs inside a transaction. */
export type PrismaTransaction = Parameters<Parameters<Prisma['$transaction']>[0]>[0];
