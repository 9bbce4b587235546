import type { Static } from 'typebox';
import type { Period } from '../../domain/activity.js';
import { parseInstant } from '../../domain/instants.js';
import { badRequest } from '../../errors.js';
import type { ActivityQuery } from './schema.js';

const DAY_MS = 24 * 3600 * 1000;
const DEFAULT_DAYS = 15;

/**
 * The period of a feed. A date alone is the whole day (UTC), so that the day of today has today's events; a time
 * without zone is UTC.
 * @throws ApiError bad_request with every fault
 */
export function readPeriod(query: Static<typeof ActivityQuery>, now = new Date()): Period {
  const faults: string[] = [];
  const read = (name: 'before' | 'after'): Date | undefined => {
    const text = query[name];
    if (text === undefined) return undefined;
    const date = readMoment(text, name === 'before');
    if (date === null) faults.push(`Le paramètre "${name}" n'est pas une date ISO 8601.`);
    return date ?? undefined;
  };
  const before = read('before') ?? now;
  const after = read('after') ?? new Date(before.getTime() - DEFAULT_DAYS * DAY_MS);
  if (faults.length === 0 && after > before) {
    faults.push('Le paramètre "after" doit être antérieur au paramètre "before".');
  }
  if (faults.length > 0) throw badRequest(...faults);
  return { after, before };
}

/** @param isEnd whether a date alone stands for its last millisecond instead of its first one */
function readMoment(text: string, isEnd: boolean): Date | null {
  const moment = parseInstant(text);
  const isDay = text.length === 'yyyy-mm-dd'.length;
  return moment !== null && isDay && isEnd ? new Date(moment.getTime() + DAY_MS - 1) : moment;
}
