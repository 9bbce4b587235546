import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** A client or a transaction of it: what a function that writes takes, so that callers compose it. */
export type Db = PrismaClient | Prisma.TransactionClient;
