import type { Deps } from '../deps.js';
import type { PyramidLayer } from '../ogc/rok4/layer.js';
import type { TileAddress } from '../ogc/tms/request.js';
import { type PyramidDescriptor, pyramidName, readDescriptor } from '../pyramid/descriptor.js';
import { readTile } from '../pyramid/tile-reader.js';
import { LruMap } from '../render/lru-map.js';

/** Tiles of published pyramids, as they are on the disk: one read each, two in a slab that is not open yet. */

/** Descriptors kept in memory, by storage prefix: the files under one never change. */
const descriptors = new LruMap<string, PyramidDescriptor>(500);

/** Where a tile is now. */
export interface StoredTile {
  readonly layer: PyramidLayer;
  readonly address: TileAddress;
  /** Storage prefix of the files of its pyramid. */
  readonly filesKey: string;
}

/**
 * Reads a tile. The files of a pyramid that has just been replaced are gone: then the tile is looked for once more.
 * @param find where the tile is by the publications of now
 * @returns the bytes as they are served, `null` when there is no such tile, and where they were
 */
export async function readStoredTile<Tile extends StoredTile>(
  deps: Pick<Deps, 'storage'>,
  tile: Tile,
  find: () => Promise<Tile>,
): Promise<{ readonly tile: Tile; readonly bytes: Buffer | null }> {
  const bytes = await read(deps, tile);
  if (bytes !== null) return { tile, bytes };
  const again = await find();
  return again.filesKey === tile.filesKey ? { tile, bytes } : { tile: again, bytes: await read(deps, again) };
}

async function read({ storage }: Pick<Deps, 'storage'>, { address, filesKey }: StoredTile): Promise<Buffer | null> {
  const { level, col, row } = address;
  const root = storage.localPath(filesKey);
  const descriptor = await findDescriptor(root, filesKey, level.source.storedData);
  return descriptor === null ? null : readTile(root, descriptor, level.id, { col, row });
}

/** The descriptor of a pyramid; `null` when its files have been replaced meanwhile. @param root folder of its files */
export async function findDescriptor(
  root: string,
  filesKey: string,
  storedData: string,
): Promise<PyramidDescriptor | null> {
  const known = descriptors.get(filesKey);
  if (known !== undefined) return known;
  try {
    const descriptor = await readDescriptor(root, pyramidName(storedData));
    descriptors.set(filesKey, descriptor);
    return descriptor;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
