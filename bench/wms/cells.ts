import { createRandom } from '../lib/statistics.js';

/** What bench/wms measures. */

export interface Cell {
  readonly name: string;
  readonly layer: 'departements' | 'habitats';
  readonly srid: 2154 | 3857;
  /** Pixels a side. */
  readonly size: 256 | 1024;
  readonly clients: 1 | 8;
}

const DATA: readonly Pick<Cell, 'name' | 'layer' | 'srid'>[] = [
  { name: 'departments, native', layer: 'departements', srid: 2154 },
  { name: 'departments, reprojected', layer: 'departements', srid: 3857 },
  { name: 'habitats, zoomed', layer: 'habitats', srid: 2154 },
];

export const CELLS: readonly Cell[] = DATA.flatMap((data) =>
  ([256, 1024] as const).flatMap((size) => ([1, 8] as const).map((clients) => ({ ...data, size, clients }))),
);

/** Side of the views in kilometres: much of the country for departments, some hundreds of habitats. */
const SIDES = { departements: [300, 1000], habitats: [10, 40] } as const;

/** Centre of the data in each CRS, and how far centres stray from it, metres. */
const CENTRES = {
  2154: { x: 600_000, y: 6_600_000, stray: 250_000, scale: 1 },
  // Web Mercator stretches lengths by 1.45 at the latitude of 46.5°.
  3857: { x: 190_000, y: 5_860_000, stray: 360_000, scale: 1.45 },
} as const;

/** Distinct GetMap queries of a cell, the same at every run. */
export function queriesOf(cell: Pick<Cell, 'layer' | 'srid' | 'size'>, count: number, seed: number): string[] {
  const random = createRandom(seed);
  const { x, y, stray, scale } = CENTRES[cell.srid];
  const [shortest, longest] = SIDES[cell.layer];
  return Array.from({ length: count }, () => {
    const half = ((shortest + random() * (longest - shortest)) * 1000 * scale) / 2;
    const centreX = x + (random() - 0.5) * stray;
    const centreY = y + (random() - 0.5) * stray;
    const bbox = [centreX - half, centreY - half, centreX + half, centreY + half].map((value) => value.toFixed(3));
    return (
      `SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=${cell.layer}&STYLES=&CRS=EPSG:${cell.srid}` +
      `&BBOX=${bbox.join(',')}&WIDTH=${cell.size}&HEIGHT=${cell.size}&FORMAT=image/png`
    );
  });
}
