import type { Bbox, GeographicBox } from '../../geo/bbox.js';
import type { Rok4Style } from './style-model.js';

/**
 * A published layer of pyramids, which TMS, WMTS and WMS-RASTER read: the snapshot an offering keeps, plain JSON.
 */
export interface PyramidLayer {
  /** Id of the offering. */
  readonly offering: string;
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly keywords: readonly string[];
  readonly bbox: GeographicBox | null;
  readonly attribution: {
    readonly title: string;
    readonly url: string;
    readonly logo?: { readonly format: string; readonly url: string; readonly width: number; readonly height: number };
  } | null;
  readonly metadata: readonly { readonly format: string; readonly url: string; readonly type: string }[];
  /** Id of the grid of the tiles. */
  readonly tileMatrixSet: string;
  /** CRS of the grid, as its set spells it: `EPSG:3857`. */
  readonly crs: string;
  readonly format: TileFormat;
  /** `null` for vector tiles. */
  readonly pixels: LayerPixels | null;
  /** The default one first: at least one, none for vector tiles. */
  readonly styles: readonly Rok4Style[];
  /** `null` when values may not be asked for. */
  readonly featureInfo: FeatureInfoSource | null;
  /** Rectangle of the tiles of the finest level, in the CRS of the grid. */
  readonly nativeBox: Bbox;
  /** Coarsest first; at least one. */
  readonly levels: readonly LayerLevel[];
}

/** What tiles are, as they are sent (spec diffusion §6.1). */
export interface TileFormat {
  readonly mediaType: string;
  readonly extension: string;
  readonly isVector: boolean;
  /** Of `Content-Encoding`. */
  readonly contentEncoding?: 'deflate';
}

/** What the pixels of a layer are, the same in all its pyramids. */
export interface LayerPixels {
  /** Of the descriptors of the pyramids: `TIFF_PNG_UINT8`. */
  readonly format: string;
  readonly channels: number;
  readonly photometric: 'rgb' | 'gray' | 'mask';
  /** A number a channel: of the first pyramid. */
  readonly nodata: readonly number[];
}

/** Who tells the values of a point. */
export type FeatureInfoSource =
  | { readonly type: 'pyramid' }
  /** A WMS; its address may hold parameters. */
  | { readonly type: 'server'; readonly url: string };

/** A level of a layer, taken from one of its pyramids. */
export interface LayerLevel {
  readonly id: string;
  /** The pyramid that the tiles of this level are in. */
  readonly source: { readonly storedData: string };
  /** Side of a pixel in units of the CRS. */
  readonly cellSize: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Lower left corner of the grid. */
  readonly origin: { readonly x: number; readonly y: number };
  /** Tiles that existed when the layer was published, bounds included; rows count from the top. */
  readonly limits: {
    readonly min_row: number;
    readonly max_row: number;
    readonly min_col: number;
    readonly max_col: number;
  };
  /** Layers of vector tiles. */
  readonly tables: readonly TileTable[];
}

/** A layer of vector tiles at a level. */
export interface TileTable {
  readonly name: string;
  /** In capitals: `MULTIPOLYGON`. */
  readonly geometry: string;
  readonly attributes: readonly {
    readonly name: string;
    readonly type: string;
    readonly count: number;
    readonly min?: number;
    readonly max?: number;
    readonly values?: readonly string[];
  }[];
}
