import type { Interpolation } from '../../raster/kernels.js';
import type { PyramidLayer } from '../rok4/layer.js';

/** A published layer of WMS-RASTER: the snapshot an offering keeps, plain JSON. */
export interface RasterLayer extends PyramidLayer {
  readonly interpolation: Interpolation;
  /** Finest and coarsest resolutions it is shown at, in units of its CRS; `null`: those of its levels. */
  readonly bottomResolution: number | null;
  readonly topResolution: number | null;
}
