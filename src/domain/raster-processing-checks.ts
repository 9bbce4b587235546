import type { Deps } from '../deps.js';
import type { GeographicBox } from '../geo/bbox.js';
import { type PyramidDescriptor, pyramidName, readDescriptor } from '../pyramid/descriptor.js';
import type { AskedExecution } from './asked-execution.js';
import type { Db } from './database.js';
import { extentBox } from './extent.js';
import { readHarvest } from './harvest-parameters.js';
import { readMerge } from './merge-parameters.js';
import { rasterGenerationFaults } from './raster-generation-checks.js';

/** What is known to be wrong with an execution that makes a raster pyramid, before it runs. */

/** Of images (lifecycle §4.6). */
export async function rasterFaults(tx: Db, asked: AskedExecution): Promise<readonly string[]> {
  const updated = await updatedPyramids(tx, asked);
  return updated === null ? [] : rasterGenerationFaults({ uploads: asked.inputs.uploads, updated, sent: asked.sent });
}

/** Of a WMS (§4.8). */
export async function harvestFaults(tx: Db, asked: AskedExecution): Promise<readonly string[]> {
  const updated = await updatedPyramids(tx, asked);
  if (updated === null) return [];
  const [pyramid, ...more] = updated;
  if (more.length > 0) {
    return ['Le champ "inputs.stored_data" ne peut contenir que la pyramide à mettre à jour, une seule.'];
  }
  if (pyramid?.descriptor === null) return [withoutFiles(pyramid)];
  const read = readHarvest(asked.sent, pyramid?.descriptor ?? null);
  return 'faults' in read ? read.faults : [];
}

/** Of other pyramids (§4.7). */
export async function mergeFaults(
  tx: Db,
  { storage, inputs, modified, sent }: AskedExecution,
): Promise<readonly string[]> {
  const faults =
    modified === null ? [] : ['La fusion fait une nouvelle donnée stockée, elle ne modifie pas une autre.'];
  const pyramids = await readPyramids(tx, storage, inputs.storedData);
  const complete = pyramids.flatMap(({ descriptor, ...more }) =>
    descriptor === null ? [] : [{ ...more, descriptor }],
  );
  if (complete.length < pyramids.length) {
    return [...faults, ...pyramids.filter(({ descriptor }) => descriptor === null).map(withoutFiles)];
  }
  const read = readMerge(sent, complete);
  return 'faults' in read ? [...faults, ...read.faults] : faults;
}

interface StoredPyramid {
  readonly id: string;
  readonly datastoreId: string;
  /** `null` when it has no files. */
  readonly descriptor: PyramidDescriptor | null;
  /** Around its data, `null` when that is not known. */
  readonly box: GeographicBox | null;
}

function withoutFiles({ id }: StoredPyramid): string {
  return `La donnée stockée ${id} n'a pas de fichiers.`;
}

/**
 * The raster pyramids that an execution is to update; `null` when what it is to modify is not the datastore's: it has
 * not been looked up yet, and nothing is told of another datastore's.
 */
async function updatedPyramids(
  tx: Db,
  { datastoreId, storage, inputs, modified }: AskedExecution,
): Promise<StoredPyramid[] | null> {
  const ids = [...new Set([...(modified === null ? [] : [modified]), ...inputs.storedData])];
  const found = await readPyramids(tx, storage, ids);
  const isForeign = modified !== null && !found.some((row) => row.id === modified && row.datastoreId === datastoreId);
  return isForeign ? null : found;
}

/** The raster pyramids among some stored data, in their order. */
async function readPyramids(tx: Db, storage: Deps['storage'], ids: readonly string[]): Promise<StoredPyramid[]> {
  const rows = await tx.storedData.findMany({
    where: { id: { in: [...ids] }, type: 'ROK4-PYRAMID-RASTER' },
    select: { id: true, datastoreId: true, filesKey: true, extent: true },
  });
  const found = await Promise.all(
    rows.map(async ({ id, datastoreId, filesKey, extent }) => ({
      id,
      datastoreId,
      box: extentBox(extent),
      // Its files may just have been replaced.
      descriptor:
        filesKey === null ? null : await readDescriptor(storage.localPath(filesKey), pyramidName(id)).catch(() => null),
    })),
  );
  return found.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}
