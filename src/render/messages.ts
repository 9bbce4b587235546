import type { RasterRequest } from './raster/request.js';

/** What the pool and a render process say to each other (structured clone over IPC). */

/** Order to draw one map of relations. */
export interface DrawMessage {
  readonly type: 'draw';
  readonly id: number;
  /** Name under which the process keeps the map. */
  readonly key: string;
  /** Mapnik document; `null` when the process is believed to hold the map already. */
  readonly xml: string | null;
  /** EPSG codes of the map and of its tables. */
  readonly srid: number;
  readonly tableSrids: readonly number[];
  /** West, south, east, north in the CRS of the map. */
  readonly extent: readonly [number, number, number, number];
  readonly width: number;
  readonly height: number;
  /** CSS colour. */
  readonly background: string;
  /** Encoder with its options: `png32:z=1`, `jpeg85`. */
  readonly encoding: string;
  readonly symbolScale: number;
}

/** Order to make one image of pyramids. */
export interface ComposeMessage {
  readonly type: 'compose';
  readonly id: number;
  readonly request: RasterRequest;
}

/** `unknown-map`: the map was dropped, send its document again. */
export type ProcessMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'unknown-map'; readonly id: number }
  | { readonly type: 'drawn'; readonly id: number; readonly image: Uint8Array }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly fault: 'failed' | 'too-many-tiles';
      readonly message: string;
    };

/** Exit code of a process that passed its memory limit. */
export const MEMORY_EXIT_CODE = 86;
