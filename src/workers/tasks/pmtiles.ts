import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type pg from 'pg';
import { columnKind, isNumericKind } from '../../ogc/feature-table.js';
import { archiveKeyOf } from '../../domain/archive-files.js';
import { extentOfBoxes } from '../../domain/feature-measures.js';
import { guessLevel } from '../../domain/guessed-level.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { VECTOR_TILE_MATRIX_SET } from '../../domain/tile-composition.js';
import { findTileMatrixSet } from '../../domain/tile-matrix-sets.js';
import { toWebMercator } from '../../geo/web-mercator.js';
import { ArchiveWriter } from '../../pmtiles/archive-writer.js';
import { tileIdOf } from '../../pmtiles/tile-ids.js';
import { md5Of } from '../../processing/md5.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { TileBuilder } from '../../processing/tiles/tile-builder.js';
import type { CutLevel } from '../../processing/tiles/tile-cutter.js';
import { extentAt, type TileOptions } from '../../processing/tiles/tile-options.js';
import { limitsOf } from '../../pyramid/grid.js';
import { syncFolders } from '../../pyramid/pyramid-files.js';
import { DataFault } from '../../processing/data-fault.js';
import type { PmtilesInput } from './task.js';
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

type Lines = ReturnType<typeof logFrom>;

/** "gpf-processing-vector-db-to-archive-pmtiles" (lifecycle §4.9): tables of a VECTOR-DB as one PMTiles file. */
export async function pmtiles(input: PmtilesInput, log: TaskLog): Promise<ExecutionOutcome> {
  const lines = logFrom(log, 'gpf-processing-vector-db-to-archive-pmtiles', 58);
  return toldWork(lines, "Démarrage du traitement de calcul d'archive PMTiles", async () => {
    const { options, warnings } = readOptions(input.tippecanoe);
    for (const warning of warnings) lines.warning(warning);
    return readingDatabase(input, (client) => makeArchive(client, input, options, lines));
  });
}

async function makeArchive(
  client: pg.Client,
  input: PmtilesInput,
  options: TileOptions,
  lines: Lines,
): Promise<StoredDataResult> {
  const { box, wkt } = input.area;
  await beginReading(client);
  const items = await resolve(client, input, options, wkt, lines);
  const store = await cutItems(client, { ...input, items, options, numberOf: tileIdOf, log: lines });
  await client.query('ROLLBACK');
  const builder = new TileBuilder(layersOf(items), options);
  const [top, bottom] = [items[0]?.levels[0]?.zoom ?? 0, bottomOf(items)];
  const path = join(input.files, archiveKeyOf(input.fileName));
  const archive = new ArchiveWriter(path);
  for (let zoom = top; zoom <= bottom; zoom += 1) {
    const counts = { features: 0, thinned: 0, tooLarge: 0 };
    const level = { tiles: 0, bytes: 0, largest: 0 };
    for (const { number, bytes } of buildTiles(store, builder, zoom, extentAt(options, zoom, bottom), counts)) {
      level.tiles += 1;
      level.bytes += archive.add(number, bytes);
      level.largest = Math.max(level.largest, bytes.length);
    }
    lines.info(
      `Niveau ${zoom} : ${level.tiles} tuiles, ${counts.features} objets, ${level.bytes} octets, plus grande tuile ${level.largest} octets avant compression`,
    );
    tellThinning(lines, String(zoom), counts, options);
    await breathe();
  }
  const size = archive.finish({ minZoom: top, maxZoom: bottom, box, metadata: metadataOf(input.fileName, items) });
  syncFolders(input.files);
  const file = { name: input.fileName, size, md5: await md5Of(path) };
  lines.info(`Fichier ${file.name} : ${size} octets, md5 ${file.md5}`);
  const extent = extentOfBoxes([[box.west, box.south, box.east, box.north]]);
  return {
    srs: 'EPSG:3857',
    ...(extent === undefined ? {} : { extent }),
    size,
    typeInfos: { files_number: 1 },
    files: [file],
  };
}

/** The tables from the top to the bottom asked for, or guessed. */
async function resolve(
  client: pg.Client,
  input: PmtilesInput,
  options: TileOptions,
  clip: string,
  lines: Lines,
): Promise<GenerationItem[]> {
  const levelOf = (zoom: number): CutLevel => {
    const matrix = findTileMatrixSet(VECTOR_TILE_MATRIX_SET).levels[zoom];
    if (matrix === undefined) throw new RangeError(`the tile matrix set has no level ${zoom}`);
    const limits = limitsOf(matrix, toWebMercator(input.area.box));
    const { min_col: minCol, max_col: maxCol, min_row: minRow, max_row: maxRow } = limits;
    return { zoom, range: { minCol, maxCol, minRow, maxRow } };
  };
  const items = await resolveItems(client, input, input.composition, { options, clip, levelOf });
  if (!input.guessBottom) return items;
  let guessed = 0;
  for (const { source } of items) guessed = Math.max(guessed, await guessLevel(client, source, input.area.box));
  const top = items[0]?.levels[0]?.zoom ?? 0;
  const bottom = Math.max(top, guessed);
  lines.info(`Niveau du bas déduit de la densité des données : ${bottom}`);
  if (items.length === 0) throw new DataFault('Aucune table à traiter');
  const levels = Array.from({ length: bottom - top + 1 }, (_, at) => levelOf(top + at));
  return items.map((item) => ({ ...item, levels }));
}

/** As readers of vector tiles expect it: the layers, their attributes and levels. */
function metadataOf(fileName: string, items: readonly GenerationItem[]): object {
  return {
    name: fileName,
    format: 'pbf',
    type: 'overlay',
    vector_layers: layersOf(items).map(({ name }) => {
      const own = items.filter(({ layer }) => layer === name);
      const zooms = own.flatMap(({ levels }) => levels.map(({ zoom }) => zoom));
      const columns = own.flatMap(({ source }) => source.attributes);
      const typeOf = (type: string) => {
        const kind = columnKind(type);
        if (isNumericKind(kind)) return 'Number';
        return kind === 'boolean' ? 'Boolean' : 'String';
      };
      return {
        id: name,
        fields: Object.fromEntries(columns.map((column) => [column.name, typeOf(column.type)])),
        minzoom: Math.min(...zooms),
        maxzoom: Math.max(...zooms),
      };
    }),
  };
}
