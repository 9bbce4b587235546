import type { PublicEvent } from '../domain/events.js';
import { extentBox } from '../domain/extent.js';
import { withOrigin } from '../domain/offering-urls.js';

/** Helpers of the presenters: a record becomes public JSON, member by member. */

/** `2026-05-10T14:42:29.004000Z`: UTC with microseconds, as the platform reads back. */
export function presentInstant(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}

/** `creation` and `update`, which every entity shows since 2025-07-24; one never updated shows its creation. */
export function presentDates(row: { creation: Date; update?: Date | null }): { creation: string; update: string } {
  return { creation: presentInstant(row.creation), update: presentInstant(row.update ?? row.creation) };
}

/** The object without its absent members: the API omits them, it never sends `null`. */
export function presentOptional<Members extends Record<string, unknown>>(
  members: Members,
): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
  const present = Object.entries(members).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present) as { [Name in keyof Members]?: NonNullable<Members[Name]> };
}

/** The `bbox` of lists, from the stored extent. */
export function presentBox(extent: unknown): ReturnType<typeof extentBox> {
  return extent === null || extent === undefined ? null : extentBox(extent);
}

/** An event: the addresses of a publication are kept without host. */
export function presentEvent(event: PublicEvent, origin: string): PublicEvent {
  return event.urls === undefined ? event : { ...event, urls: withOrigin(event.urls, origin) };
}
