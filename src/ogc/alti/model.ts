import type { GeographicBox } from '../../geo/bbox.js';

/** What the altimetry service shows of an offering (spec diffusion §10.1). */

export interface AltimetryResource {
  readonly offering: string;
  /** What requests call it by. */
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly keywords: readonly string[];
  readonly bbox: GeographicBox | null;
  /** The first one with an elevation gives that of a point. */
  readonly sources: readonly AltimetrySource[];
}

/** A pyramid of elevations. */
export interface AltimetrySource {
  readonly title: string;
  /** Where it is used; `null`: wherever it has data. */
  readonly bbox: GeographicBox | null;
  readonly elevations: PixelGrid;
  readonly source: MeasureText;
  readonly accuracy: MeasureText;
}

/** The finest level of a pyramid of one channel. */
export interface PixelGrid {
  /** Id of the stored data. */
  readonly storedData: string;
  readonly tileMatrixSet: string;
  readonly level: string;
}

/** A text about an elevation: always the same, or that of the number of a pixel. */
export type MeasureText =
  | { readonly value: string }
  | { readonly mapping: Readonly<Record<string, string>>; readonly grid: PixelGrid };

/** The grids that a resource reads. */
export function gridsOf({ sources }: AltimetryResource): PixelGrid[] {
  return sources.flatMap(({ elevations, source, accuracy }) => [
    elevations,
    ...[source, accuracy].flatMap((text) => ('grid' in text ? [text.grid] : [])),
  ]);
}

/** A place, in degrees (EPSG:4326, longitude first). */
export interface Place {
  readonly lon: number;
  readonly lat: number;
}

/** What a source says of a place. */
export interface Measure {
  readonly z: number;
  readonly source_name: string;
  readonly source_measure: string;
  readonly acc: string;
  readonly title: string;
}

/** What a resource says of a place. */
export interface Elevation extends Place {
  /** Metres, {@link NO_ELEVATION} where no source has one. */
  readonly z: number;
  readonly acc: string;
  /** One a source, when they are asked for. */
  readonly measures?: readonly Measure[];
}

export const NO_ELEVATION = -99999;
