import type { Filter } from '../filter/model.js';
import type { Bbox } from '../geo/bbox.js';
import type { WmsRelation } from '../ogc/wms/model.js';

/** What the render pool is asked, and what it refuses. */

/** Relations drawn together. */
export interface MapLayer {
  /** Changes whenever the relations or their styles do: what is built for a layer is kept under it. */
  readonly key: string;
  /** The first lies on top. */
  readonly relations: readonly WmsRelation[];
  /** Only the features that meet it; `null`: all. */
  readonly filter: Filter | null;
}

export interface MapRequest {
  /** The first lies at the bottom. */
  readonly layers: readonly MapLayer[];
  /** EPSG code of the map. */
  readonly srid: number;
  /** In the CRS of the map, x eastwards. It is stretched over the image when proportions differ. */
  readonly bbox: Bbox;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `#rrggbb`; `null`: transparent (formats without transparency get white). */
  readonly background: string | null;
  readonly format: 'png' | 'jpeg';
  /** Factor on symbol sizes, dividing the scale denominator: 1 for pixels of 0.28 mm. */
  readonly symbolScale: number;
}

/**
 * Why no image came: `too-large` (pixel limit), `too-many-tiles`, `busy` (queue full), `timeout`, `memory` (limit of one process),
 * `crashed` (native crash), `failed` (Mapnik's own error), `abandoned` (its signal was aborted), `closed`.
 */
export type RenderFault =
  | 'too-large'
  | 'too-many-tiles'
  | 'busy'
  | 'timeout'
  | 'memory'
  | 'crashed'
  | 'failed'
  | 'abandoned'
  | 'closed';

/** Raised by the render pool. The message may hold SQL: it is for logs, not for clients. */
export class RenderError extends Error {
  constructor(
    readonly fault: RenderFault,
    message: string,
  ) {
    super(message);
    this.name = 'RenderError';
  }
}
