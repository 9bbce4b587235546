import { type Elevation, NO_ELEVATION, type Place } from './model.js';

/** Profiles along a line (spec diffusion §10.1). */

/**
 * Points at equal distances along a line, both ends included. Distances are in degrees, as straight as the line is on a
 * map in degrees.
 * @param count at least two
 */
export function samplePlaces(line: readonly Place[], count: number): Place[] {
  const ends = [0];
  for (const [at, place] of line.entries()) {
    const former = line[at - 1];
    if (former === undefined) continue;
    ends.push((ends.at(-1) ?? 0) + Math.hypot(place.lon - former.lon, place.lat - former.lat));
  }
  const length = ends.at(-1) ?? 0;
  let segment = 1;
  return Array.from({ length: count }, (_, at) => {
    const distance = at === count - 1 ? length : (length * at) / (count - 1);
    while (segment < line.length - 1 && (ends[segment] ?? length) < distance) segment += 1;
    const start = ends[segment - 1] ?? 0;
    const stretch = (ends[segment] ?? start) - start;
    return between(line[segment - 1], line[segment], stretch === 0 ? 0 : (distance - start) / stretch);
  });
}

function between(start: Place | undefined, end: Place | undefined, ratio: number): Place {
  if (start === undefined || end === undefined) throw new Error('a line has two ends');
  // The end itself, which the sum need not give to the last digit.
  if (ratio >= 1) return end;
  return { lon: start.lon + (end.lon - start.lon) * ratio, lat: start.lat + (end.lat - start.lat) * ratio };
}

/** How much a profile climbs and descends in all, in metres. */
export interface HeightDifferences {
  readonly positive: number;
  readonly negative: number;
}

/** Sums between neighbours, as they come: not rounded. Points without elevation are passed over. */
export function heightDifferences(elevations: readonly Pick<Elevation, 'z'>[]): HeightDifferences {
  let [positive, negative] = [0, 0];
  let former: number | null = null;
  for (const { z } of elevations) {
    if (z === NO_ELEVATION) continue;
    if (former !== null && z > former) positive += z - former;
    if (former !== null && z < former) negative += former - z;
    former = z;
  }
  return { positive, negative };
}
