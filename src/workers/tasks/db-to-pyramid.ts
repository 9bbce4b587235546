import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type pg from 'pg';
import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import { extentBox, unionBoxes } from '../../domain/extent.js';
import { extentOfBoxes } from '../../domain/feature-measures.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { quoteIdentifier } from '../../domain/relations.js';
import { VECTOR_TILE_MATRIX_SET } from '../../domain/tile-composition.js';
import { findTileMatrixSet } from '../../domain/tile-matrix-sets.js';
import { describeSource } from '../../domain/tile-statistics.js';
import { toWebMercator } from '../../geo/web-mercator.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { TileBuilder } from '../../processing/tiles/tile-builder.js';
import { extentAt, type TileOptions } from '../../processing/tiles/tile-options.js';
import {
  findLevel,
  levelStorage,
  type PyramidDescriptor,
  type PyramidLevel,
  readDescriptor,
  type TableDescription,
  type TileLimits,
  VECTOR_FORMAT,
} from '../../pyramid/descriptor.js';
import { limitsOf } from '../../pyramid/grid.js';
import { slabOrder, writeLevel } from '../../pyramid/level-writer.js';
import { syncFolders, writePyramidFiles } from '../../pyramid/pyramid-files.js';
import type { SlabSize } from '../../pyramid/slab-names.js';
import type { DbToPyramidInput } from './task.js';
import {
  beginReading,
  bottomOf,
  buildTiles,
  cutItems,
  type GenerationItem,
  layersOf,
  readingDatabase,
  tellThinning,
} from './tile-generation.js';
import { readOptions, resolveItems } from './tile-items.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-db-to-pyramid';

type Lines = ReturnType<typeof logFrom>;

/**
 * "Calcul de pyramide vecteur" (lifecycle §4.9): the tables of a VECTOR-DB as vector tiles, in a pyramid of its own or
 * over a former one, whose other tiles stay. The files are left in `input.files`, on the disk.
 */
export async function dbToPyramid(input: DbToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const lines = logFrom(log, MODULE, 61);
  return toldWork(lines, 'Démarrage du traitement de calcul de pyramide vecteur', async () => {
    const { options, warnings } = readOptions(input.tippecanoe);
    for (const warning of warnings) lines.warning(warning);
    return readingDatabase(input, (client) => makePyramid(client, input, options, lines));
  });
}

async function makePyramid(
  client: pg.Client,
  input: DbToPyramidInput,
  options: TileOptions,
  lines: Lines,
): Promise<StoredDataResult> {
  const former = input.former === null ? null : await readDescriptor(input.former.root, input.former.name);
  const grid = new PyramidGrid(input, former);
  await beginReading(client);
  const items = await resolveItems(client, input, input.composition, {
    options,
    // A tile made again shows all that is in it, not only what lies in the area that changed.
    clip: former === null ? input.area.wkt : null,
    levelOf: (zoom) => {
      const { min_col: minCol, max_col: maxCol, min_row: minRow, max_row: maxRow } = grid.remade(grid.matrix(zoom));
      return { zoom, range: { minCol, maxCol, minRow, maxRow } };
    },
  });
  const numberOf = (zoom: number, tile: { col: number; row: number }) => grid.order(zoom).numberOf(tile);
  const store = await cutItems(client, { ...input, items, options, numberOf, log: lines });
  // PostgreSQL counts while the tiles are built.
  const described = describeItems(client, items, input.role);
  // It may fail before anybody waits for it.
  described.catch(() => undefined);
  const builder = new TileBuilder(layersOf(items), options);
  const bottom = bottomOf(items);
  const levels: PyramidLevel[] = [];
  const slabs: string[] = [];
  let size = 0;
  for (const matrix of grid.matrices(items)) {
    const zoom = grid.zoomOf(matrix);
    const counts = { features: 0, thinned: 0, tooLarge: 0 };
    const order = grid.order(zoom);
    const level = grid.level(matrix, items);
    const written = writeLevel(
      input.files,
      level,
      placeTiles(buildTiles(store, builder, zoom, extentAt(options, zoom, bottom), counts), order.tileOf),
      { former: grid.former(level), remade: isMade(items, zoom) ? grid.remade(matrix) : null },
    );
    levels.push(level);
    slabs.push(...written.slabs.map((path) => `DATA/${level.id}/${path}`));
    size += written.bytes;
    const kept = written.kept > 0 ? `, ${written.kept} dalles reprises` : '';
    lines.info(
      `Niveau ${level.id} : ${written.tiles} tuiles, ${counts.features} objets, ${written.slabs.length} dalles${kept}, ${written.bytes} octets, plus grande tuile ${written.largest} octets`,
    );
    tellThinning(lines, level.id, counts, options);
    await breathe();
  }
  const tables = await described;
  await client.query('ROLLBACK');
  const descriptor: PyramidDescriptor = {
    tile_matrix_set: VECTOR_TILE_MATRIX_SET,
    format: VECTOR_FORMAT,
    levels: levels.map((level) => ({ ...level, tables: tablesOf(level, tables, items, former, grid) })),
  };
  const ownRoot = join(input.finalRoot, input.name);
  size += writePyramidFiles(input.files, input.name, descriptor, {
    ownRoot,
    slabs: slabs.map((slab) => ({ root: ownRoot, slab })),
  });
  syncFolders(input.files);
  lines.info(`Pyramide de ${levels.length} niveaux et ${slabs.length} dalles`);
  const box = unionBoxes([input.area.box, extentBox(input.former?.extent)]);
  const extent = box === null ? undefined : extentOfBoxes([[box.west, box.south, box.east, box.north]]);
  return {
    srs: 'EPSG:3857',
    ...(extent === undefined ? {} : { extent }),
    size,
    typeInfos: { tms: VECTOR_TILE_MATRIX_SET, levels: levels.map(({ id }) => id) },
    uses: input.uses,
  };
}

function* placeTiles(
  tiles: Iterable<{ number: number; bytes: Buffer }>,
  tileOf: (number: number) => { col: number; row: number },
) {
  for (const { number, bytes } of tiles) yield { ...tileOf(number), bytes };
}

function isMade(items: readonly GenerationItem[], zoom: number): boolean {
  return items.some(({ levels }) => levels.some((level) => level.zoom === zoom));
}

async function describeItems(
  client: pg.Client,
  items: readonly GenerationItem[],
  role: string | null,
): Promise<TableDescription[]> {
  if (role !== null) await client.query(`SET LOCAL ROLE ${quoteIdentifier(role)}`);
  const tables: TableDescription[] = [];
  for (const { source } of items) tables.push(await describeSource(client, source));
  return tables;
}

/** The layers of a level: those made now, then those of the former version. */
function tablesOf(
  { id }: PyramidLevel,
  described: readonly TableDescription[],
  items: readonly GenerationItem[],
  former: PyramidDescriptor | null,
  grid: PyramidGrid,
): TableDescription[] {
  const made = new Map<string, TableDescription>();
  items.forEach((item, at) => {
    const table = described[at];
    if (table === undefined || !item.levels.some(({ zoom }) => grid.matrix(zoom).id === id)) return;
    made.set(item.layer, { ...table, name: item.layer });
  });
  const kept = (former && findLevel(former, id)?.tables) ?? [];
  return [...made.values(), ...kept.filter(({ name }) => !made.has(name))];
}

/** The levels of the pyramid, and the tiles of each that are made. */
class PyramidGrid {
  private readonly all: readonly TileMatrix[] = findTileMatrixSet(VECTOR_TILE_MATRIX_SET).levels;

  constructor(
    private readonly input: DbToPyramidInput,
    private readonly formerDescriptor: PyramidDescriptor | null,
  ) {}

  matrix(zoom: number): TileMatrix {
    const matrix = this.all[zoom];
    if (matrix === undefined) throw new RangeError(`the tile matrix set has no level ${zoom}`);
    return matrix;
  }

  zoomOf(matrix: TileMatrix): number {
    return this.all.indexOf(matrix);
  }

  /** Levels that are made or kept, top first. */
  matrices(items: readonly GenerationItem[]): TileMatrix[] {
    return this.all.filter(
      (matrix, zoom) =>
        isMade(items, zoom) || (this.formerDescriptor !== null && findLevel(this.formerDescriptor, matrix.id)),
    );
  }

  remade(matrix: TileMatrix): TileLimits {
    return limitsOf(matrix, toWebMercator(this.input.area.box));
  }

  order(zoom: number) {
    const matrix = this.matrix(zoom);
    return slabOrder(matrix, this.slabSize(matrix));
  }

  level(matrix: TileMatrix, items: readonly GenerationItem[]): PyramidLevel {
    const size = this.slabSize(matrix);
    const former = this.formerDescriptor && findLevel(this.formerDescriptor, matrix.id);
    const limits = [
      ...(isMade(items, this.zoomOf(matrix)) ? [this.remade(matrix)] : []),
      ...(former ? [former.tile_limits] : []),
    ];
    return {
      id: matrix.id,
      tiles_per_width: size.tilesPerWidth,
      tiles_per_height: size.tilesPerHeight,
      tile_limits: {
        min_row: Math.min(...limits.map(({ min_row }) => min_row)),
        max_row: Math.max(...limits.map(({ max_row }) => max_row)),
        min_col: Math.min(...limits.map(({ min_col }) => min_col)),
        max_col: Math.max(...limits.map(({ max_col }) => max_col)),
      },
      storage: levelStorage(this.input.name, matrix.id),
    };
  }

  former({ id }: PyramidLevel) {
    const level = this.formerDescriptor && findLevel(this.formerDescriptor, id);
    return level && this.input.former !== null ? { root: this.input.former.root, level } : null;
  }

  /** A level that exists keeps the size of its slabs. */
  private slabSize({ id }: TileMatrix): SlabSize {
    const level = this.formerDescriptor && findLevel(this.formerDescriptor, id);
    return level
      ? { tilesPerWidth: level.tiles_per_width, tilesPerHeight: level.tiles_per_height }
      : { tilesPerWidth: this.input.tilesPerWidth, tilesPerHeight: this.input.tilesPerHeight };
  }
}
