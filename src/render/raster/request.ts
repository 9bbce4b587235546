import type { LayerPixels } from '../../ogc/rok4/layer.js';
import type { Rok4Style } from '../../ogc/rok4/style-model.js';
import type { Interpolation } from '../../raster/kernels.js';
import type { RasterView } from '../../raster/place-grid.js';

/** What a render process is asked to make of pyramids; plain data, sent to it as it is. */
export interface RasterRequest {
  /** The first lies at the bottom; at least one. */
  readonly layers: readonly RasterLayer[];
  readonly view: RasterView & { readonly srid: number };
  readonly output: RasterOutput;
}

/** Pyramids that make a layer together. */
export interface RasterLayer {
  /** Id of the grid of the tiles, and the EPSG code of its CRS. */
  readonly tileMatrixSet: string;
  readonly srid: number;
  readonly pixels: LayerPixels;
  /** At least one. */
  readonly levels: readonly RasterLevel[];
  readonly interpolation: Interpolation;
  readonly style: Pick<Rok4Style, 'computation' | 'palette'>;
}

/** A level, and the pyramid it is in. */
export interface RasterLevel {
  readonly id: string;
  readonly cellSize: number;
  /** Folder of the descriptor, whose files never change. */
  readonly root: string;
  /** Of the descriptor. */
  readonly name: string;
}

export type TiffCompression = 'raw' | 'lzw' | 'deflate' | 'packbits';

export type RasterOutput =
  | { readonly format: 'png'; readonly compression: number }
  | { readonly format: 'jpeg'; readonly quality: number }
  /** `placed`: says where it is (GeoTIFF). */
  | { readonly format: 'tiff'; readonly compression: TiffCompression; readonly placed: boolean }
  /** The bytes of the pixels, row by row, channels interleaved; real numbers of 32 bits, little-endian. */
  | { readonly format: 'samples' };
