import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

/** A feature of a vector tile, plain. */
export interface DecodedFeature {
  readonly id: number | undefined;
  /** 1 point, 2 line, 3 polygon. */
  readonly type: number;
  readonly properties: Readonly<Record<string, number | string | boolean>>;
  /** In units of the tile. */
  readonly geometry: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** The features of a vector tile by layer. */
export function decodeTile(bytes: Uint8Array): Record<string, DecodedFeature[]> {
  const { layers } = new VectorTile(new PbfReader(bytes));
  return Object.fromEntries(
    Object.entries(layers).map(([name, layer]) => [
      name,
      Array.from({ length: layer.length }, (_, index) => {
        const feature = layer.feature(index);
        return {
          id: feature.id,
          type: feature.type,
          properties: { ...feature.properties },
          geometry: feature.loadGeometry().map((ring) => ring.map(({ x, y }) => ({ x, y }))),
        };
      }),
    ]),
  );
}
