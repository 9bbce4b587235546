import type { TileMatrix, TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import { DataFault } from '../../processing/data-fault.js';
import { type DeliveredImages, finestImage } from '../../processing/raster/delivered-mosaics.js';
import { levelsBetween, nearestLevel } from '../../processing/raster/level-plan.js';
import { resolutionIn } from '../../processing/raster/set-boxes.js';
import type { logFrom } from '../../processing/task-log.js';
import { findLevel, type PyramidDescriptor } from '../../pyramid/descriptor.js';
import type { RasterToPyramidInput } from './task.js';

type Lines = ReturnType<typeof logFrom>;
type Asked = Pick<RasterToPyramidInput, 'bottom' | 'top'>;

/**
 * The levels of a pyramid that are made, finest first. Of a new one those from the level that suits the images to the
 * top of the set, of one that is updated all those it has, unless others are asked for.
 * @param former descriptor of the pyramid that is updated, or `null`
 * @throws DataFault
 */
export function levelsOf(
  asked: Asked,
  set: TileMatrixSet,
  former: PyramidDescriptor | null,
  deliveries: readonly DeliveredImages[],
  lines: Lines,
): readonly TileMatrix[] {
  const there = former === null ? set.levels : set.levels.filter(({ id }) => findLevel(former, id) !== undefined);
  const where = former === null ? `le TMS ${set.id}` : 'la pyramide mise à jour';
  for (const name of ['bottom', 'top'] as const) {
    const id = asked[name];
    if (id !== null && !there.some((level) => level.id === id)) {
      throw new DataFault(`Le niveau ${id} (${name}) n'existe pas dans ${where}`);
    }
  }
  const suitable = suitableLevel(set, deliveries, lines);
  const bottom = asked.bottom ?? (former === null ? suitable.id : there.at(-1)?.id) ?? '';
  const top = asked.top ?? there[0]?.id ?? '';
  const between = levelsBetween(set, bottom, top);
  if (between === null) throw new DataFault(`Le niveau du haut (${top}) est sous celui du bas (${bottom})`);
  if (former !== null && suitable.id !== bottom) {
    lines.warning(`Le niveau du bas est ${bottom}, la résolution des images est celle du niveau ${suitable.id}`);
  }
  const levels = between.filter((level) => there.includes(level));
  lines.info(`Niveaux ${levels.at(-1)?.id} à ${levels[0]?.id} du TMS ${set.id}`);
  return levels;
}

function suitableLevel(set: TileMatrixSet, deliveries: readonly DeliveredImages[], lines: Lines): TileMatrix {
  const found = deliveries.flatMap(({ srs, images }) => {
    const image = finestImage(images);
    return image === undefined ? [] : (resolutionIn(set, srs, image) ?? []);
  });
  if (found.length === 0) throw new DataFault(`Les images sont hors de l'emprise du TMS ${set.id}`);
  const resolution = Math.min(...found);
  const { level, suits } = nearestLevel(set, resolution);
  lines.info(`Niveau de la résolution des images : ${level.id} (${resolution} dans le TMS)`);
  if (!suits) lines.warning(`Aucun niveau du TMS ${set.id} n'a une résolution voisine de celle des images`);
  return level;
}
