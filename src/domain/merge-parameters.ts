import { tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import type { GeographicBox } from '../geo/bbox.js';
import { findLevel, type PyramidDescriptor } from '../pyramid/descriptor.js';
import { rasterFormat } from '../pyramid/formats.js';

/** Parameters of the merge of raster pyramids, and the pyramids that can be merged (lifecycle §4.7). */

export interface MergedPyramid {
  readonly id: string;
  readonly descriptor: PyramidDescriptor;
  /** Box of the extent of its data, `null` when it has none. */
  readonly box: GeographicBox | null;
}

export interface Merge {
  readonly tms: string;
  /** Ids of the levels that are made, top first. */
  readonly levels: readonly string[];
  /** Slabs that do not meet it are left out; `null`: none is. */
  readonly bbox: GeographicBox | null;
}

/**
 * Reads the parameters of a merge.
 * @param pyramids in the order of priority, the one on top first
 * @returns the French sentences of all that is wrong, when something is
 */
export function readMerge(
  parameters: Readonly<Record<string, unknown>>,
  pyramids: readonly MergedPyramid[],
): { merge: Merge } | { faults: string[] } {
  const [first] = pyramids;
  if (first === undefined || pyramids.length < 2) {
    return { faults: ['Le champ "inputs.stored_data" doit contenir au moins deux pyramides.'] };
  }
  const faults = pyramids.slice(1).flatMap((pyramid) => differences(first, pyramid));
  const encoding = rasterFormat(first.descriptor.format)?.encoding;
  if (encoding === undefined || encoding === 'LZW' || encoding === 'PKB') {
    faults.push(`Les pyramides au format ${first.descriptor.format} ne peuvent pas être fusionnées.`);
  }
  const bbox = readBbox(parameters.bbox, faults);
  if (bbox !== null && !pyramids.some(({ box }) => box === null || meets(box, bbox))) {
    faults.push('Le paramètre "bbox" ne rencontre l\'emprise d\'aucune des pyramides.');
  }
  const tms = first.descriptor.tile_matrix_set;
  if (pyramids.some(({ descriptor }) => descriptor.tile_matrix_set !== tms)) return { faults };
  const levels = readLevels(tms, parameters, pyramids, faults);
  return faults.length > 0 ? { faults } : { merge: { tms, levels, bbox } };
}

/** What keeps a pyramid from lying with the first one. */
function differences(first: MergedPyramid, other: MergedPyramid): string[] {
  const told = (label: string, read: (descriptor: PyramidDescriptor) => string | number) => {
    const [one, two] = [read(first.descriptor), read(other.descriptor)];
    return one === two ? [] : [`Les pyramides ${first.id} et ${other.id} n'ont pas ${label} : ${one} et ${two}.`];
  };
  return [
    ...told('le même TMS', (descriptor) => descriptor.tile_matrix_set),
    ...told('le même format', (descriptor) => descriptor.format),
    ...told('le même nombre de canaux', (descriptor) => descriptor.raster_specifications?.channels ?? 0),
    ...told('la même valeur nodata', (descriptor) => descriptor.raster_specifications?.nodata ?? ''),
    ...told('la même taille de dalles', ({ levels }) => slabSizes(levels)),
  ];
}

function slabSizes(levels: PyramidDescriptor['levels']): string {
  const sizes = levels.map((level) => `${level.tiles_per_width} x ${level.tiles_per_height}`);
  return [...new Set(sizes)].join(', ');
}

function readLevels(
  tms: string,
  parameters: Readonly<Record<string, unknown>>,
  pyramids: readonly MergedPyramid[],
  faults: string[],
): string[] {
  const has = ({ descriptor }: MergedPyramid, id: string) => findLevel(descriptor, id) !== undefined;
  const all = (tileMatrixSets().get(tms)?.levels ?? [])
    .map(({ id }) => id)
    .filter((id) => pyramids.some((pyramid) => has(pyramid, id)));
  const rankOf = (name: 'top' | 'bottom', otherwise: number) => {
    const id = parameters[name];
    if (typeof id !== 'string' && typeof id !== 'number') return otherwise;
    const rank = all.indexOf(String(id));
    if (rank < 0) faults.push(`Le niveau ${id} du paramètre "${name}" n'existe dans aucune des pyramides.`);
    return rank;
  };
  const [top, bottom] = [rankOf('top', 0), rankOf('bottom', all.length - 1)];
  if (top < 0 || bottom < 0) return [];
  if (top > bottom) {
    faults.push('Le niveau du paramètre "top" ne peut pas être sous celui du paramètre "bottom".');
    return [];
  }
  const levels = all.slice(top, bottom + 1);
  const isShared = (id: string) => pyramids.filter((pyramid) => has(pyramid, id)).length > 1;
  if (!levels.some(isShared)) faults.push("Les pyramides n'ont aucun niveau en commun.");
  for (const pyramid of pyramids) {
    if (levels.some((id) => has(pyramid, id))) continue;
    faults.push(`La pyramide ${pyramid.id} n'a aucun niveau de ${levels[0]} à ${levels.at(-1)}.`);
  }
  return levels;
}

/** `[west, south, east, north]`, or the same as a text. */
function readBbox(value: unknown, faults: string[]): GeographicBox | null {
  if (value === undefined || value === null) return null;
  const parts: readonly unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const numbers = parts.map((part) => (typeof part === 'string' && part.trim() === '' ? NaN : Number(part)));
  const [west = NaN, south = NaN, east = NaN, north = NaN] = numbers;
  const isBox = west < east && south < north && Math.abs(west) <= 180 && Math.abs(east) <= 180;
  if (numbers.length === 4 && isBox && Math.abs(south) <= 90 && Math.abs(north) <= 90) {
    return { west, south, east, north };
  }
  faults.push('Le paramètre "bbox" doit contenir ouest, sud, est et nord, en degrés (EPSG:4326).');
  return null;
}

/** The part that two boxes share, or `null`. */
export function sharedBox(one: GeographicBox, other: GeographicBox): GeographicBox | null {
  const west = Math.max(one.west, other.west);
  const south = Math.max(one.south, other.south);
  const east = Math.min(one.east, other.east);
  const north = Math.min(one.north, other.north);
  return west < east && south < north ? { west, south, east, north } : null;
}

function meets(one: GeographicBox, other: GeographicBox): boolean {
  return sharedBox(one, other) !== null;
}
