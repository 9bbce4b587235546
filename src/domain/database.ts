import { Prisma, type PrismaClient } from '../generated/prisma/client.js';

/** A client or a transaction of it: what a function that writes takes, so that callers compose it. */
export type Db = PrismaClient | Prisma.TransactionClient;

/** Whether a write was refused because the database has the same already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
