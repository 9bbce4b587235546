import type { GeographicBox } from '../../geo/bbox.js';

/** What the download service shows (spec diffusion §8): resources, made of parts, made of files. */

/** A text by language (ISO 639-1). */
export type Texts = Readonly<Record<string, string>>;

/** A word that producers and filters use, and what people read in its place. */
export interface Term {
  readonly term: string;
  readonly label: string;
}

/** Rings of positions in degrees, longitude first. */
export type Rings = readonly (readonly (readonly [number, number])[])[];

/** A geometry of GeoJSON. */
export type Extent =
  | { readonly type: 'Polygon'; readonly coordinates: Rings }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Rings[] };

/** A part of a resource ("sub-resource"): an archive with what its producer says of it. */
export interface DownloadPart {
  /** Id. */
  readonly storedData: string;
  readonly name: string;
  readonly titles: Texts;
  readonly abstracts: Texts;
  readonly keywords: readonly string[];
  /** The term is as the stored data declares it (`EPSG:2154`). */
  readonly crs: Term | null;
  readonly zone: Term | null;
  readonly format: Term | null;
  readonly resolution: Term | null;
  readonly thematic: string | null;
  readonly rights: string | null;
  /** `YYYY-MM-DD`. */
  readonly editionDate: string | null;
  readonly extent: Extent | null;
  /** Around the extent. */
  readonly box: GeographicBox | null;
}

/** What an offering shows. */
export interface DownloadResource {
  /** Id. */
  readonly offering: string;
  readonly name: string;
  readonly titles: Texts;
  readonly abstracts: Texts;
  readonly keywords: readonly string[];
  /** Code and namespace of the spatial dataset (INSPIRE). */
  readonly productIdentifier: string | null;
  readonly namespace: string | null;
  readonly rights: string | null;
  /** When the offering was published or synchronised last, ISO 8601. */
  readonly published: string;
  readonly parts: readonly DownloadPart[];
}

/** A file of a part. */
export interface DownloadFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
}

/** When a resource or a part changed last: what it shows, or its files. */
export interface Changes {
  resource(resource: DownloadResource): Date;
  part(resource: DownloadResource, part: DownloadPart): Date;
}
