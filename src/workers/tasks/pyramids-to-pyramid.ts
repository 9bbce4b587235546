import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type TileMatrix, type TileMatrixSet, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { extentBox, unionBoxes } from '../../domain/extent.js';
import { type MergedPyramid, readMerge, sharedBox } from '../../domain/merge-parameters.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import type { Bbox, GeographicBox } from '../../geo/bbox.js';
import { DataFault } from '../../processing/data-fault.js';
import { inLanes } from '../../processing/lanes.js';
import { boxesIn } from '../../processing/raster/set-boxes.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { readDescriptor, type TileLimits } from '../../pyramid/descriptor.js';
import { limitsOf } from '../../pyramid/grid.js';
import { pixelKindOf, RasterLevel, UnreadableSlabError, type WrittenSlab } from '../../pyramid/raster-level.js';
import { SlabMerger } from '../../pyramid/slab-merge.js';
import { type Cell, cellKey, type SlabSize } from '../../pyramid/slab-names.js';
import { finishRasterPyramid, type MadeLevel } from './raster-result.js';
import type { PyramidsToPyramidInput } from './task.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-pyramids-to-pyramid';
/** Slabs under way at once, at most. */
const MAX_LANES = 4;

type Lines = ReturnType<typeof logFrom>;

/**
 * "Fusion de pyramides raster" (lifecycle §4.7): at each level the slabs of all the pyramids, those of only one without a
 * copy, those of several laid over each other. The files are left in `input.files`, on the disk.
 */
export async function pyramidsToPyramid(input: PyramidsToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const beginning = `Démarrage de la fusion de ${input.pyramids.length} pyramides raster`;
  return toldWork(logFrom(log, MODULE, 61), beginning, async () => {
    try {
      return await merge(input, logFrom(log, MODULE, 97));
    } catch (error) {
      if (!(error instanceof UnreadableSlabError)) throw error;
      throw new DataFault(`Dalle illisible dans une des pyramides : ${error.slab}`);
    }
  });
}

type OpenPyramid = MergedPyramid & { readonly root: string };

async function merge(input: PyramidsToPyramidInput, lines: Lines): Promise<StoredDataResult> {
  const pyramids: OpenPyramid[] = [];
  for (const { id, root, name, extent } of input.pyramids) {
    pyramids.push({ id, root, box: extentBox(extent), descriptor: await readDescriptor(root, name) });
  }
  const read = readMerge(input.parameters, pyramids);
  if ('faults' in read) throw new DataFault(...read.faults);
  const { levels: ids, bbox } = read.merge;
  const set = tileMatrixSets().get(read.merge.tms);
  const [first] = pyramids;
  const levels = set?.levels.filter(({ id }) => ids.includes(id)) ?? [];
  const [anyLevel] = levels;
  const kind = first && anyLevel && pixelKindOf(first.descriptor, anyLevel);
  if (set === undefined || first === undefined || !kind)
    throw new DataFault('Ces pyramides ne sont pas des pyramides raster');
  lines.info(`Niveaux ${levels.at(-1)?.id} à ${anyLevel?.id} du TMS ${set.id}`);
  const masks = pyramids.every(({ descriptor }) => descriptor.mask_format !== undefined);
  if (!masks)
    lines.warning("Toutes les pyramides n'ont pas de masques : les pixels de la valeur nodata sont sans donnée");
  const context = {
    ...{ root: input.files, name: input.name, kind, masks },
    photometric: first.descriptor.raster_specifications?.photometric ?? 'rgb',
  };
  const work: Work = {
    ...{ pyramids, masks, folder: join(input.files, input.name), lanes: lanesOf(input) },
    merger: new SlabMerger({ ...context, folder: join(input.files, input.name) }),
    box: bbox === null ? null : boxOf(set, bbox),
  };
  const made: MadeLevel[] = [];
  for (const level of levels.toReversed()) {
    const one = await mergeLevel(work, level, lines);
    if (one !== null) made.push(one);
  }
  if (made.length === 0) throw new DataFault("Aucune dalle des pyramides ne rencontre l'emprise demandée");
  const extent = unionBoxes(pyramids.map(({ box }) => box));
  return finishRasterPyramid({
    ...{ set, context, levels: made, finalRoot: input.finalRoot },
    interpolation: first.descriptor.raster_specifications?.interpolation ?? 'bicubic',
    extent: extent && bbox ? sharedBox(extent, bbox) : (extent ?? bbox),
    uses: pyramids.map(({ id }) => id),
  });
}

function lanesOf({ parallelization }: PyramidsToPyramidInput): number {
  return Math.min(MAX_LANES, Math.max(parallelization, availableParallelism()));
}

function boxOf(set: TileMatrixSet, { west, south, east, north }: GeographicBox): Bbox | null {
  const [box] = boxesIn(set, 'OGC:CRS84', [{ minX: west, minY: south, maxX: east, maxY: north }]);
  return box ?? null;
}

interface Work {
  readonly pyramids: readonly OpenPyramid[];
  readonly masks: boolean;
  /** Of the slabs made. */
  readonly folder: string;
  readonly lanes: number;
  readonly merger: SlabMerger;
  /** In the system of the set; slabs that it does not touch are left out. */
  readonly box: Bbox | null;
}

/** A level of the merge; `null` when no slab is left of it. */
async function mergeLevel(work: Work, level: TileMatrix, lines: Lines): Promise<MadeLevel | null> {
  const sources = work.pyramids.flatMap(({ root, descriptor }) => RasterLevel.of(root, descriptor, level) ?? []);
  const [anySource] = sources;
  if (anySource === undefined) return null;
  const { size } = anySource;
  const reach = work.box && limitsOf(level, work.box);
  const slabs = new Map<string, { slab: Cell; sources: RasterLevel[] }>();
  for (const source of sources) {
    for (const slab of source.slabs()) {
      if (reach !== null && !touches(reach, slab, size)) continue;
      const known = slabs.get(cellKey(slab));
      if (known === undefined) slabs.set(cellKey(slab), { slab, sources: [source] });
      else known.sources.push(source);
    }
  }
  if (slabs.size === 0) return null;
  const shared = [...slabs.values()].filter((one) => one.sources.length > 1);
  lines.info(
    `Niveau ${level.id} : ${slabs.size - shared.length} dalles reprises, ${shared.length} dalles à recalculer`,
  );
  const written: WrittenSlab[] = [];
  for (const { slab, sources: from } of slabs.values()) {
    const [only] = from;
    if (from.length === 1 && only !== undefined) written.push(...only.keep(slab, work.folder, { masks: work.masks }));
  }
  await inLanes(shared, Math.min(work.lanes, shared.length), async (lane) => {
    for (const { slab, sources: from } of lane) written.push(...(await mergeSlab(work, level, slab, from)));
  });
  return {
    level,
    size,
    written,
    limits: limitsAround(
      level,
      [...slabs.values()].map(({ slab }) => slab),
      size,
    ),
  };
}

async function mergeSlab(
  { merger }: Work,
  level: TileMatrix,
  slab: Cell,
  sources: readonly RasterLevel[],
): Promise<WrittenSlab[]> {
  const opened = sources.flatMap((source) => source.open(slab) ?? []);
  try {
    const [{ size } = { size: { tilesPerWidth: 0, tilesPerHeight: 0 } }] = sources;
    return await merger.merge(level.id, slab, size, opened);
  } finally {
    for (const one of opened) one.close();
  }
}

function touches(limits: TileLimits, { col, row }: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): boolean {
  return (
    (col + 1) * tilesPerWidth > limits.min_col &&
    col * tilesPerWidth <= limits.max_col &&
    (row + 1) * tilesPerHeight > limits.min_row &&
    row * tilesPerHeight <= limits.max_row
  );
}

/** The tiles of whole slabs (ROK4: a merge widens the limits to them), within the matrix. */
function limitsAround(
  { matrixWidth, matrixHeight }: TileMatrix,
  slabs: readonly Cell[],
  { tilesPerWidth, tilesPerHeight }: SlabSize,
): TileLimits {
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  const [cols, rows] = [slabs.map(({ col }) => col), slabs.map(({ row }) => row)];
  return {
    min_row: least(rows) * tilesPerHeight,
    max_row: Math.min((most(rows) + 1) * tilesPerHeight, matrixHeight) - 1,
    min_col: least(cols) * tilesPerWidth,
    max_col: Math.min((most(cols) + 1) * tilesPerWidth, matrixWidth) - 1,
  };
}
