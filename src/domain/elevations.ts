import type { Deps } from '../deps.js';
import type { GeographicBox } from '../geo/bbox.js';
import {
  type AltimetryResource,
  type AltimetrySource,
  type Elevation,
  gridsOf,
  type Measure,
  type MeasureText,
  NO_ELEVATION,
  type PixelGrid,
  type Place,
} from '../ogc/alti/model.js';
import { unknownResource } from '../ogc/alti/request.js';
import type { Visit } from './guard/visit.js';
import { pixelValues } from './pixel-values.js';
import { publishedAltimetry, type PublishedAltimetry } from './published-altimetry.js';

/** Elevations of places, from the pyramids of a published resource (spec diffusion §10.1). */

export interface ElevationReading {
  readonly visit: Visit;
  /** Its name. */
  readonly resource: string;
  readonly places: readonly Place[];
  /** Whether every source is asked, not only those before the first that has an elevation. */
  readonly measures: boolean;
  readonly signal: AbortSignal;
}

/** What a source says of some places. */
interface SourceReading {
  readonly z: Float64Array;
  readonly sourceName: readonly string[];
  readonly accuracy: readonly string[];
}

type Reader = (grid: PixelGrid, places: readonly Place[]) => Promise<Float64Array>;

/**
 * Reads elevations. Pyramids whose files have been replaced meanwhile are read once more.
 * @returns one for each place, in the same order
 * @throws AltimetryError for an unknown resource
 */
export async function readElevations(
  deps: Pick<Deps, 'pool' | 'storage'>,
  reading: ElevationReading,
): Promise<{ readonly resource: AltimetryResource; readonly elevations: Elevation[] }> {
  let published = await publishedAltimetry(deps, reading.visit);
  for (let attempt = 1; ; attempt += 1) {
    const { pyramids, byName } = published;
    const resource = byName.get(reading.resource);
    if (resource === undefined) throw unknownResource(400, reading.resource);
    const { signal } = reading;
    const read: Reader = (grid, places) =>
      pixelValues(deps, { grid, pyramid: pyramids.get(grid.storedData), places, signal });
    const elevations = await elevationsOf(resource, reading, read);
    const present = await publishedAltimetry(deps, reading.visit);
    if (attempt > 1 || areSame(resource, published, present)) return { resource, elevations };
    published = present;
  }
}

function areSame(resource: AltimetryResource, one: PublishedAltimetry, other: PublishedAltimetry): boolean {
  return gridsOf(resource).every(
    ({ storedData }) => one.pyramids.get(storedData)?.filesKey === other.pyramids.get(storedData)?.filesKey,
  );
}

function elevationsOf(resource: AltimetryResource, reading: ElevationReading, read: Reader): Promise<Elevation[]> {
  return reading.measures ? measuredElevations(resource, reading, read) : firstElevations(resource, reading, read);
}

/** Every source is asked of every place. */
async function measuredElevations(
  { sources }: AltimetryResource,
  { places }: ElevationReading,
  read: Reader,
): Promise<Elevation[]> {
  const readings: SourceReading[] = [];
  for (const source of sources) readings.push(await readSource(source, places, read));
  return places.map((place, at) => {
    const measures = sources.map((source, index) => measureOf(source, readings[index], at));
    const first = measures.find(({ z }) => z !== NO_ELEVATION) ?? measures[0];
    return { ...place, z: first?.z ?? NO_ELEVATION, acc: first?.acc ?? '', measures };
  });
}

/** Each source is asked of the places where those before have nothing. */
async function firstElevations(
  { sources }: AltimetryResource,
  { places }: ElevationReading,
  read: Reader,
): Promise<Elevation[]> {
  const found: Elevation[] = places.map((place) => ({ ...place, z: NO_ELEVATION, acc: '' }));
  let left = [...places.keys()];
  for (const [index, source] of sources.entries()) {
    const asked = left.flatMap((at) => places[at] ?? []);
    const { z, accuracy } = await readSource(source, asked, read);
    const missing: number[] = [];
    for (const [number, at] of left.entries()) {
      const place = places[at];
      if (place === undefined) continue;
      const value = z[number] ?? Number.NaN;
      // Where no source has anything, the first one says how accurate it would have been.
      if (!Number.isNaN(value) || index === 0) found[at] = { ...place, z: shown(value), acc: accuracy[number] ?? '' };
      if (Number.isNaN(value)) missing.push(at);
    }
    left = missing;
    if (left.length === 0) break;
  }
  return found;
}

async function readSource(
  { bbox, elevations, source, accuracy }: AltimetrySource,
  places: readonly Place[],
  read: Reader,
): Promise<SourceReading> {
  const values = await read(elevations, places);
  const z = values.map((value, at) => (isWithin(bbox, places[at]) ? value : Number.NaN));
  return { z, sourceName: await textsOf(source, places, read), accuracy: await textsOf(accuracy, places, read) };
}

function isWithin(box: GeographicBox | null, place: Place | undefined): boolean {
  if (box === null || place === undefined) return box === null;
  return place.lon >= box.west && place.lon <= box.east && place.lat >= box.south && place.lat <= box.north;
}

/** A text a place; empty where the pixel has none. */
async function textsOf(text: MeasureText, places: readonly Place[], read: Reader): Promise<string[]> {
  if ('value' in text) return places.map(() => text.value);
  const { mapping, grid } = text;
  const pixels = await read(grid, places);
  return Array.from(pixels, (pixel) => (Object.hasOwn(mapping, pixel) ? (mapping[pixel] ?? '') : ''));
}

function measureOf({ title, source }: AltimetrySource, reading: SourceReading | undefined, at: number): Measure {
  return {
    z: shown(reading?.z[at] ?? Number.NaN),
    source_name: reading?.sourceName[at] ?? '',
    source_measure: 'value' in source ? 'Fixed value' : 'Pixel value',
    acc: reading?.accuracy[at] ?? '',
    title,
  };
}

/** Two decimals. */
function shown(value: number): number {
  return Number.isNaN(value) ? NO_ELEVATION : Math.round(value * 100) / 100;
}
