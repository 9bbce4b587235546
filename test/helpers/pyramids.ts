import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { Deps } from '../../src/deps.js';
import { type PyramidDescriptor, pyramidName, readDescriptor } from '../../src/pyramid/descriptor.js';
import { readTile } from '../../src/pyramid/tile-reader.js';
import type { ApiUser } from './api.js';
import { create } from './diffusion.js';
import { ended, type Integrated, type Launched } from './integration.js';
import { DATASTORE } from './seed.js';

/** Pyramids of vector tiles made through the API, and what is in them. */

export const RASTER_TO_PYRAMID = '2ae50661-986c-4f47-a3f0-e380417b522c';
export const DB_TO_PYRAMID = 'aa5f9391-0bdb-4b97-9209-fcde351b82f6';
export const PMTILES = '00000000-0000-4000-8000-00000000b001';
export const COPY_RASTER_PYRAMID = '00000000-0000-4000-8000-00000000b002';
export const COPY_VECTOR_PYRAMID = '00000000-0000-4000-8000-00000000b003';

const ROOT = `/datastores/${DATASTORE}`;

/** The body of an execution that makes tiles of a VECTOR-DB. */
export function tilesRequest(inputs: readonly string[], parameters: object, more: object = {}) {
  return {
    processing: DB_TO_PYRAMID,
    inputs: { stored_data: inputs },
    output: { stored_data: { name: 'tiles', storage_tags: ['PYRAMIDE'] } },
    parameters,
    ...more,
  };
}

/** The body of an execution that makes a pyramid of delivered images. */
export function rasterRequest(uploads: readonly string[], parameters: object, more: object = {}) {
  return {
    processing: RASTER_TO_PYRAMID,
    inputs: { upload: uploads },
    output: { stored_data: { name: 'ortho', storage_tags: ['PYRAMIDE'] } },
    parameters,
    ...more,
  };
}

/** The body of an execution that makes a stored data of a delivered pyramid. */
export function copyRequest(processing: string, uploads: readonly string[], more: object = {}) {
  return {
    processing,
    inputs: { upload: uploads },
    output: { stored_data: { name: 'livrée', storage_tags: ['PYRAMIDE'] } },
    parameters: {},
    ...more,
  };
}

/** Creates and launches an execution. */
export async function launchExecution(user: ApiUser, body: object): Promise<Launched> {
  const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
    user,
    `${ROOT}/processings/executions`,
    body,
  );
  const path = `${ROOT}/processings/executions/${execution._id}`;
  const launched = await user.call('POST', `${path}/launch`);
  if (launched.status !== 204) throw new Error(`not launched: ${JSON.stringify(launched.body)}`);
  const storedData = execution.output.stored_data._id;
  return { path, id: execution._id, storedData, schema: '' };
}

/** Runs an execution to its end. */
export async function runExecution(user: ApiUser, body: object): Promise<Integrated> {
  return ended(user, await launchExecution(user, body));
}

/** A pyramid on the disk. */
export interface OpenedPyramid {
  readonly root: string;
  readonly name: string;
  readonly descriptor: PyramidDescriptor;
  readonly tile: (level: string, col: number, row: number) => Promise<VectorTile | null>;
  readonly bytes: (level: string, col: number, row: number) => Promise<Buffer | null>;
}

/** Opens the present version of a pyramid. */
export async function openPyramid(
  { prisma, storage }: Pick<Deps, 'prisma' | 'storage'>,
  id: string,
): Promise<OpenedPyramid> {
  const { filesKey } = await prisma.storedData.findUniqueOrThrow({ where: { id } });
  if (filesKey === null) throw new Error('the pyramid has no files');
  const [root, name] = [storage.localPath(filesKey), pyramidName(id)];
  const descriptor = await readDescriptor(root, name);
  const bytes = (level: string, col: number, row: number) => readTile(root, descriptor, level, { col, row });
  return {
    root,
    name,
    descriptor,
    bytes,
    tile: async (level, col, row) => {
      const found = await bytes(level, col, row);
      return found && new VectorTile(new PbfReader(found));
    },
  };
}
