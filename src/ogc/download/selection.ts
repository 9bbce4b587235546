import type { GeographicBox } from '../../geo/bbox.js';
import { crsTerm } from './crs-terms.js';
import type { DownloadPart, Term } from './model.js';
import type { FeedFilters, FeedPage, PartFilters, PartOrder } from './request.js';
import { textIn } from './texts.js';

/** Filters and orders of the feeds (spec diffusion §8). */

/** Whether a part is what the filters want, as far as boxes tell: whether its extent meets the polygon is not looked at. */
export function mayBeWanted(part: DownloadPart, filters: PartFilters): boolean {
  return (
    isCalled(part.zone, filters.zone) &&
    isCalled(part.format, filters.format) &&
    (filters.crs === null || (part.crs !== null && crsTerm(part.crs.term) === crsTerm(filters.crs))) &&
    (filters.thematic === null || isSame(part.thematic ?? '', filters.thematic)) &&
    isWithin(part.editionDate, filters.editionFrom, filters.editionTo) &&
    (filters.polygon === null || (part.box !== null && meet(part.box, boxOf(filters.polygon))))
  );
}

/** Whether the day of a change is within the bounds. */
export function isChangeWanted(changed: Date, { updatedFrom, updatedTo }: FeedFilters): boolean {
  return isWithin(changed.toISOString().slice(0, 10), updatedFrom, updatedTo);
}

/** The parts in the order asked for; those without date of edition come last. */
export function inOrder(parts: readonly DownloadPart[], order: PartOrder, language: string): DownloadPart[] {
  const sign = order.descending ? -1 : 1;
  const titles = new Map(parts.map((part) => [part, textIn(part.titles, language) ?? part.name]));
  const byTitle = (one: DownloadPart, other: DownloadPart) =>
    COLLATOR.compare(titles.get(one) ?? '', titles.get(other) ?? '') || COLLATOR.compare(one.name, other.name);
  return parts.toSorted((one, other) => {
    if (order.by === 'title') return sign * byTitle(one, other);
    const [date, otherDate] = [one.editionDate, other.editionDate];
    if (date === otherDate) return byTitle(one, other);
    if (date === null || otherDate === null) return date === null ? 1 : -1;
    return sign * (date < otherDate ? -1 : 1);
  });
}

/** A page of items, with how many there are in all. */
export function pageOf<T>(items: readonly T[], { page, limit }: FeedPage): { items: T[]; total: number } {
  return { items: items.slice((page - 1) * limit, page * limit), total: items.length };
}

/** Accents and capitals make no order; digits do by their value. */
const COLLATOR = new Intl.Collator('fr', { numeric: true });

/** Filters name things by their term or by its label. */
function isCalled(term: Term | null, wanted: string | null): boolean {
  return wanted === null || (term !== null && (isSame(term.term, wanted) || isSame(term.label, wanted)));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Days, bounds included; what has none is within no bounds. */
function isWithin(day: string | null, from: string | null, to: string | null): boolean {
  if (day === null) return from === null && to === null;
  return (from === null || day >= from) && (to === null || day <= to);
}

function boxOf(positions: readonly (readonly [number, number])[]): GeographicBox {
  const [longitudes, latitudes] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
  return {
    west: Math.min(...longitudes),
    south: Math.min(...latitudes),
    east: Math.max(...longitudes),
    north: Math.max(...latitudes),
  };
}

function meet(one: GeographicBox, other: GeographicBox): boolean {
  return one.west <= other.east && other.west <= one.east && one.south <= other.north && other.south <= one.north;
}
