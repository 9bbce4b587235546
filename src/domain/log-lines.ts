import type { Db } from './database.js';
import type { Page, Paged } from './listing.js';

/** A page of the lines that an execution, of a check or a processing, wrote. */
export async function listLogLines(db: Db, executionId: string, page: Page): Promise<Paged<string>> {
  const where = { executionId };
  const total = await db.logLine.count({ where });
  const rows = await db.logLine.findMany({ where, orderBy: { id: 'asc' }, skip: page.offset, take: page.limit });
  return { items: rows.map(({ line }) => line), total };
}

/** The last lines of the log of an execution, oldest first. */
export async function lastLogLines(db: Db, executionId: string, count: number): Promise<string[]> {
  const rows = await db.logLine.findMany({ where: { executionId }, orderBy: { id: 'desc' }, take: count });
  return rows.map(({ line }) => line).toReversed();
}
