import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Area, areaOfBox, readArea } from '../../domain/area.js';
import { extentBox } from '../../domain/extent.js';
import { featureRole } from '../../domain/stored-data.js';
import { parseCrs, UnknownCrsError } from '../../geo/crs.js';
import type { TileTaskInput } from '../tasks/task.js';
import { type Execution, type ProcessingRun, taskDatabase } from './processing-run.js';

type StoredData = Execution['inputStoredData'][number]['storedData'];

/** What every processing that makes tiles of a VECTOR-DB is given, its composition and options apart. */
export async function tileTaskInput(
  { deps, execution, folder }: ProcessingRun,
  area: Area,
): Promise<Omit<TileTaskInput, 'composition' | 'tippecanoe'>> {
  const database = inputOfType(execution, 'VECTOR-DB');
  if (database === undefined || database.schemaName === null)
    throw new Error(`execution ${execution.id} has no database`);
  const [work, files] = [join(folder, 'work'), join(folder, 'files')];
  await Promise.all([mkdir(work), mkdir(files)]);
  const role = featureRole(deps.instanceId, database.id);
  // The data of a seed have no role of their own.
  const { rowCount } = await deps.pool.query('SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1', [role]);
  return {
    ...taskDatabase(deps, execution),
    schema: database.schemaName,
    srid: sridOf(database.srs),
    role: rowCount === 0 ? null : role,
    area,
    folder: work,
    files,
  };
}

/** The stored data of that type among the inputs of an execution. */
export function inputOfType({ inputStoredData }: Execution, type: string): StoredData | undefined {
  return inputStoredData.map(({ storedData }) => storedData).find((data) => data.type === type);
}

/** The area a producer asked for, else the extent of the database; `null` when there is neither. */
export function wantedArea(database: StoredData, area: unknown): Area | null {
  if (typeof area === 'string') return readArea(area, 'area');
  const box = extentBox(database.extent);
  return box === null ? null : areaOfBox(box);
}

function sridOf(srs: string | null): number {
  try {
    return parseCrs(srs ?? 'EPSG:4326').srid;
  } catch (error) {
    if (error instanceof UnknownCrsError) return 4326;
    throw error;
  }
}
