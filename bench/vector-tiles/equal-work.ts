import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { VectorTile, type VectorTileFeature, type VectorTileLayer } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { OpenedPyramid } from '../../test/helpers/pyramids.js';
import { clipToTile, doubleArea } from './rings.js';
import { BOTTOM, EXTENT, TOLERANCE } from './settings.js';

/** Levels where both keep every feature. */
const HIGH = [10, 11, BOTTOM];
/** Share of the tiles that may be on one side only: a corner of a polygon rounded into or out of a margin. */
const TILE_TOLERANCE = 0.002;
/** The same for tiles whose features are not those of the peer. */
const FEATURE_TOLERANCE = 0.001;
/** Square units in the tile below which a feature does not count: one side may have rounded it away. */
const LEAST_AREA = 50;
/** Throws unless both sides made the same tiles of the high levels, and at the bottom the same features in them. */
export async function assertEqualWork(pyramid: OpenedPyramid, folder: string): Promise<string> {
  let [both, apart] = [0, 0];
  let [compared, different, farthest] = [0, 0, 0];
  for (const zoom of HIGH) {
    const level = pyramid.descriptor.levels.find(({ id }) => id === String(zoom));
    if (level === undefined) throw new Error(`our pyramid has no level ${zoom}`);
    const { min_col, max_col, min_row, max_row } = level.tile_limits;
    for (let col = min_col - 1; col <= max_col + 1; col += 1) {
      for (let row = min_row - 1; row <= max_row + 1; row += 1) {
        const ours = (await pyramid.tile(String(zoom), col, row))?.layers.habitats;
        const peer = readPeer(folder, zoom, col, row);
        if ((ours === undefined) !== (peer === undefined)) apart += 1;
        if (ours === undefined || peer === undefined) continue;
        both += 1;
        if (zoom !== BOTTOM) continue;
        compared += 1;
        const distance = compareLayers(ours, peer);
        if (distance === null) different += 1;
        else farthest = Math.max(farthest, distance);
      }
    }
  }
  const text = `${both} tiles of levels ${HIGH.join(', ')} on both sides, ${apart} on one; at level ${BOTTOM} ${different} of ${compared} with other features, outlines within ${farthest.toFixed(2)} units`;
  if (apart > both * TILE_TOLERANCE || different > compared * FEATURE_TOLERANCE || farthest > TOLERANCE) {
    throw new Error(`the work differs: ${text}`);
  }
  return text;
}

function readPeer(folder: string, zoom: number, col: number, row: number): VectorTileLayer | undefined {
  const path = join(folder, String(zoom), String(col), `${row}.pbf`);
  if (!existsSync(path)) return undefined;
  return new VectorTile(new PbfReader(gunzipSync(readFileSync(path)))).layers.habitats;
}

/**
 * How far the outlines of features of the same id are apart, in mean along each: the difference of their areas within
 * the tile over their length. `null` when the features are not the same.
 */
function compareLayers(ours: VectorTileLayer, peer: VectorTileLayer): number | null {
  const [left, right] = [visible(ours), visible(peer)];
  if (left.size !== right.size) return null;
  let most = 0;
  for (const [id, { area, length }] of left) {
    const other = right.get(id);
    if (other === undefined) return null;
    most = Math.max(most, Math.abs(area - other.area) / length);
  }
  return most;
}

/** The features that have something in the tile itself: the margin may hold a splinter on one side only. */
function visible(layer: VectorTileLayer): Map<number | undefined, { area: number; length: number }> {
  const features = Array.from({ length: layer.length }, (_, at) => layer.feature(at));
  const measured = features.map((feature) => [feature.id, measure(feature)] as const);
  return new Map(measured.filter(([, { area }]) => area > LEAST_AREA));
}

/** Area of a feature within its tile, and length around it. */
function measure(feature: VectorTileFeature): { area: number; length: number } {
  let [area, length] = [0, 0];
  for (const points of feature.loadGeometry()) {
    const ring = clipToTile(
      points.map(({ x, y }): [number, number] => [x, y]),
      EXTENT,
    );
    area += doubleArea(ring) / 2;
    ring.forEach(([x, y], at) => {
      const [x2, y2] = ring[(at + 1) % ring.length] ?? [x, y];
      length += Math.hypot(x2 - x, y2 - y);
    });
  }
  return { area, length };
}

/** Tiles the peer wrote at a level. */
export function peerTiles(folder: string, zoom: number): number {
  const path = join(folder, String(zoom));
  return existsSync(path)
    ? readdirSync(path, { recursive: true }).filter((name) => String(name).endsWith('.pbf')).length
    : 0;
}
