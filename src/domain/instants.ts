/** ISO 8601, with or without time, seconds, fractions and zone. */
const INSTANT = /^(\d{4}-\d\d-(\d\d))(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * The instant that a client wrote, UTC when it names no zone; `null` for what is none. Years are from 1000 to 9999: so
 * are written alike, here and by PostgreSQL, the instant and what is computed a little before it.
 */
export function parseInstant(text: string): Date | null {
  // A plus sign that was not encoded in a query comes as a space.
  const [whole, date, day, time, , , zone] = INSTANT.exec(text.replace(' ', '+')) ?? [];
  if (whole === undefined) return null;
  // The parser lets the 31st of February be the 3rd of March.
  if (new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day)) return null;
  const instant = new Date(time !== undefined && zone === undefined ? `${whole}Z` : whole);
  const year = instant.getUTCFullYear();
  return year >= 1000 && year <= 9999 ? instant : null;
}
