import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { CopyFieldDecoder } from '../../domain/copy-fields.js';
import { quoteIdentifier } from '../../domain/relations.js';
import { guardedGeometry, tileCopy, type TileSource, tileValueKind } from '../../domain/tile-sources.js';
import { DataFault } from '../../processing/data-fault.js';
import type { logFrom } from '../../processing/task-log.js';
import { writeAttributes } from '../../processing/tiles/attributes.js';
import { ByteWriter } from '../../processing/tiles/byte-writer.js';
import { readShapes } from '../../processing/tiles/shape.js';
import type { TileBuilder, TileLayer } from '../../processing/tiles/tile-builder.js';
import { type CutLevel, TileCutter } from '../../processing/tiles/tile-cutter.js';
import { extentAt, type TileOptions } from '../../processing/tiles/tile-options.js';
import { TileStore } from '../../processing/tiles/tile-store.js';
import type { Cell } from '../../pyramid/slab-names.js';
import { isRefusedValue, refusalReason } from './refusals.js';
import type { TaskDatabase } from './task.js';
import { withDatabase } from './task-database.js';

/** Reads the tables of a composition and cuts their features into tiles. */

/** A table at some levels. */
export interface GenerationItem {
  readonly source: TileSource;
  readonly layer: string;
  /** Top first. */
  readonly levels: readonly CutLevel[];
}

export interface Generation {
  readonly items: readonly GenerationItem[];
  readonly options: TileOptions;
  /** Role that reads the tables, or `null` for that of the connection. */
  readonly role: string | null;
  /** The place of a tile in the order in which the tiles of a level are written. */
  readonly numberOf: (zoom: number, tile: Cell) => number;
  /** An empty folder. */
  readonly folder: string;
  readonly log: ReturnType<typeof logFrom>;
}

/** Bytes held in memory before they go to files. */
const MEMORY = 32 * 1024 * 1024;

/** A geometry could not be transformed: the work is done again, guarded. */
class UnguardedGeometryError extends Error {}

/** The layers of the items, each once, with the names of all their attributes. */
export function layersOf(items: readonly GenerationItem[]): TileLayer[] {
  const layers = new Map<string, string[]>();
  for (const { layer, source } of items) {
    const keys = layers.get(layer) ?? [];
    layers.set(layer, [...new Set([...keys, ...source.attributes.map(({ name }) => name)])]);
  }
  return [...layers].map(([name, keys]) => ({ name, keys }));
}

/** The finest level of the items. */
export function bottomOf(items: readonly GenerationItem[]): number {
  return Math.max(...items.flatMap(({ levels }) => levels.map(({ zoom }) => zoom)));
}

/** Opens the transaction in which everything is read: of one instant, always in the same order. */
export async function beginReading(client: pg.Client): Promise<void> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';
    SET LOCAL extra_float_digits = 1; SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL jit = off`);
}

/** Cuts every feature of every item, in the transaction of the caller; it is another one when this resolves. */
export async function cutItems(client: pg.Client, generation: Generation): Promise<TileStore> {
  try {
    return await cutAll(client, generation, false);
  } catch (error) {
    if (!(error instanceof UnguardedGeometryError)) throw error;
    generation.log.warning(`Géométries impossibles à projeter, qui seront écartées une à une : ${error.message}`);
    await client.query('ROLLBACK');
    await beginReading(client);
    return cutAll(client, generation, true);
  }
}

/**
 * Reads tables with a connection of its own.
 * @throws DataFault for a value that PostgreSQL refuses
 */
export async function readingDatabase<T>(database: TaskDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withDatabase(database, work).catch((error: unknown) => {
    if (!isRefusedValue(error)) throw error;
    throw new DataFault(`Les données n'ont pas pu être lues : ${refusalReason(error)}`);
  });
}

/** @param guarded whether geometries that cannot be transformed are left out, which takes longer */
async function cutAll(client: pg.Client, generation: Generation, guarded: boolean): Promise<TileStore> {
  const folder = join(generation.folder, guarded ? 'guarded' : 'plain');
  await mkdir(folder);
  const store = new TileStore(folder, MEMORY);
  for (const item of generation.items) await cutItem(client, generation, item, store, guarded);
  return store;
}

async function cutItem(
  client: pg.Client,
  { items, options, role, log, numberOf }: Generation,
  { source, levels, layer: name }: GenerationItem,
  store: TileStore,
  guarded: boolean,
): Promise<void> {
  const { table, attributes } = source;
  log.info(`Lecture de la table ${table.table}`);
  if (guarded) await client.query(guardedGeometry(source));
  const layers = layersOf(items);
  const layer = layers.findIndex((each) => each.name === name);
  const keys = layers[layer]?.keys ?? [];
  const columns = attributes.map((column) => ({ key: keys.indexOf(column.name), kind: tileValueKind(column) }));
  const extentOf = (zoom: number) => extentAt(options, zoom, bottomOf(items));
  const cutter = new TileCutter(layer, levels, options, extentOf, (zoom, col, row, record) =>
    store.add(zoom, numberOf(zoom, { col, row }), record),
  );
  const writer = new ByteWriter();
  let [rank, left] = [0, 0];
  try {
    if (role !== null) await client.query(`SET LOCAL ROLE ${quoteIdentifier(role)}`);
    for await (const [id, geometry, ...fields] of readRows(client, tileCopy(source, guarded))) {
      rank += 1;
      if (geometry === null || geometry === undefined) {
        left += 1;
        continue;
      }
      writer.clear();
      writeAttributes(writer, columns, fields);
      cutter.add({ rank, id: featureId(id), attributes: writer.take(), shapes: readShapes(geometry) });
    }
    if (role !== null) await client.query('RESET ROLE');
  } catch (error) {
    if (!guarded && isRefusedValue(error)) throw new UnguardedGeometryError(error.message);
    throw error;
  }
  cutter.finish();
  log.info(`${rank} objets lus dans la table ${table.table}`);
  if (left > 0) log.warning(`${left} objets de la table ${table.table} n'ont pas de géométrie dans l'emprise`);
}

async function* readRows(client: pg.Client, query: string) {
  const decoder = new CopyFieldDecoder();
  // The last bytes come before the server is ready for another statement.
  const ready = once(client, 'drain');
  ready.catch(() => undefined);
  const stream = client.query(copyTo(query));
  for await (const chunk of stream) yield* decoder.push(chunk as Buffer);
  decoder.finish();
  await ready;
}

/** A key as the number of a feature: vector tiles have no negative ones, and we none beyond 2^53. */
function featureId(field: Buffer | null | undefined): number {
  if (field === null || field === undefined) return -1;
  const value = field.readBigInt64BE(0);
  return value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : -1;
}

/** How the tiles of a level turned out. */
export interface TileCounts {
  features: number;
  thinned: number;
  tooLarge: number;
}

/** Builds the tiles of a level, in their order; `counts` grows as they are taken. */
export function* buildTiles(
  store: TileStore,
  builder: TileBuilder,
  zoom: number,
  extent: number,
  counts: TileCounts,
): Generator<{ number: number; bytes: Buffer }> {
  for (const { tile, records } of store.tiles(zoom)) {
    const built = builder.build(records, extent);
    if (built.features === 0) continue;
    counts.features += built.features;
    counts.thinned += built.thinned ? 1 : 0;
    counts.tooLarge += built.tooLarge ? 1 : 0;
    yield { number: tile, bytes: built.bytes };
  }
}

/** Tells what was done to tiles that were too large. */
export function tellThinning(log: Generation['log'], level: string, counts: TileCounts, options: TileOptions): void {
  if (counts.thinned > 0) {
    log.warning(
      `Niveau ${level} : ${counts.thinned} tuiles généralisées davantage, pour ${options.maxBytes} octets et ${options.maxFeatures} objets au plus`,
    );
  }
  if (counts.tooLarge > 0) {
    log.warning(`Niveau ${level} : ${counts.tooLarge} tuiles restent au-dessus de cette limite`);
  }
}
