import { badRequest } from '../errors.js';
import { FilterExpressionError, parseFilterExpression } from '../processing/sql/filter.js';
import { VECTOR_FORMAT } from '../pyramid/descriptor.js';
import { readArchiveParameters } from './archive-parameters.js';
import { AreaError, readArea } from './area.js';
import type { AskedExecution } from './asked-execution.js';
import type { Db } from './database.js';
import type { RelationInfo, VectorDbInfos } from './outcomes.js';
import { harvestFaults, mergeFaults, rasterFaults } from './raster-processing-checks.js';
import { compositionFaults, type CompositionItem, readComposition } from './tile-composition.js';

/** What is known to be wrong with an execution before it runs, beyond the constraints of each parameter. */

type Check = (tx: Db, asked: AskedExecution) => Promise<readonly string[]>;

const CHECKS: Readonly<Record<string, Check>> = {
  db_to_pyramid: pyramidFaults,
  pmtiles: pmtilesFaults,
  raster_to_pyramid: rasterFaults,
  rok4_to_pyramid_raster: (tx, asked) => deliveredPyramidFaults(tx, asked, 'raster'),
  rok4_to_pyramid_vector: (tx, asked) => deliveredPyramidFaults(tx, asked, 'vecteur'),
  wms_to_pyramid: harvestFaults,
  pyramids_to_pyramid: mergeFaults,
};

/**
 * Refuses an execution that could only fail.
 * @throws ApiError bad_request, a sentence per problem
 */
export async function assertRunnable(tx: Db, jobName: string, asked: AskedExecution): Promise<void> {
  const check = Object.hasOwn(CHECKS, jobName) ? CHECKS[jobName] : undefined;
  const faults = (await check?.(tx, asked)) ?? [];
  if (faults.length > 0) throw badRequest(...faults);
}

interface InputData {
  readonly id: string;
  readonly type: string;
  readonly relations: readonly RelationInfo[];
  readonly hasExtent: boolean;
}

async function readInputs(tx: Db, ids: readonly string[]): Promise<InputData[]> {
  const rows = await tx.storedData.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, type: true, typeInfos: true, extent: true },
  });
  return rows.map(({ id, type, typeInfos, extent }) => ({
    id,
    type,
    relations: (typeInfos as VectorDbInfos | null)?.relations ?? [],
    hasExtent: extent !== null,
  }));
}

async function pyramidFaults(tx: Db, { inputs, modified, parameters }: AskedExecution): Promise<readonly string[]> {
  const data = await readInputs(tx, inputs.storedData);
  const databases = data.filter(({ type }) => type === 'VECTOR-DB');
  const pyramids = data.filter(({ type }) => type === 'ROK4-PYRAMID-VECTOR');
  const [database] = databases;
  const faults: string[] = [];
  if (databases.length !== 1) {
    faults.push('Le champ "inputs.stored_data" doit contenir exactement une donnée de type VECTOR-DB.');
  }
  if (pyramids.length > 1 || (modified !== null && pyramids.some(({ id }) => id !== modified))) {
    faults.push('Le champ "inputs.stored_data" ne peut contenir que la pyramide à mettre à jour, une seule.');
  }
  const read = readComposition(parameters);
  if ('faults' in read) faults.push(...read.faults);
  else if (database !== undefined) {
    faults.push(...compositionFaults(read.items, database.relations), ...filterFaults(read.items, database.relations));
  }
  const { area } = parameters;
  if (typeof area === 'string') faults.push(...areaFaults(area));
  else if (database !== undefined && !database.hasExtent) {
    faults.push(`Le paramètre "area" est obligatoire : la donnée stockée ${database.id} n'a pas d'emprise.`);
  }
  return faults;
}

/** Characters of filters that are read before the execution runs, some 10 ms of work; the job reads the others. */
const MAX_FILTERS_READ = 20_000;

/** Filters that are no condition on the columns of their table. */
function filterFaults(items: readonly CompositionItem[], relations: readonly RelationInfo[]): string[] {
  let length = 0;
  return items.flatMap(({ table, filter }) => {
    length += filter?.length ?? 0;
    if (filter === null || length > MAX_FILTERS_READ) return [];
    try {
      const { columns } = parseFilterExpression(filter);
      const known = relations.find(({ name }) => name === table)?.attributes ?? {};
      return columns
        .filter((name) => !Object.hasOwn(known, name))
        .map((name) => `Le filtre de la table "${table}" nomme une colonne qu'elle n'a pas : ${name}.`);
    } catch (error) {
      if (!(error instanceof FilterExpressionError)) throw error;
      return [`Le filtre de la table "${table}" est invalide : ${error.message}.`];
    }
  });
}

function areaFaults(area: string): string[] {
  try {
    readArea(area, 'area');
    return [];
  } catch (error) {
    if (error instanceof AreaError) return [error.message];
    throw error;
  }
}

async function deliveredPyramidFaults(
  tx: Db,
  { inputs, modified }: AskedExecution,
  wanted: 'raster' | 'vecteur',
): Promise<readonly string[]> {
  const uploads = await tx.upload.findMany({ where: { id: { in: [...inputs.uploads] } } });
  const [upload] = uploads;
  const faults: string[] = [];
  if (upload === undefined || uploads.length > 1) {
    faults.push('Le champ "inputs.upload" doit contenir exactement une livraison.');
  }
  if (modified !== null) faults.push('La recopie d’une pyramide livrée fait une nouvelle donnée stockée.');
  for (const { id, typeInfos } of uploads) {
    const { format } = (typeInfos ?? {}) as { format?: unknown };
    const found = format === VECTOR_FORMAT ? 'vecteur' : 'raster';
    if (found !== wanted)
      faults.push(`La livraison ${id} contient une pyramide ${found} : le traitement recopie les pyramides ${wanted}.`);
  }
  return faults;
}

async function pmtilesFaults(tx: Db, { inputs, parameters }: AskedExecution): Promise<readonly string[]> {
  const data = await readInputs(tx, inputs.storedData);
  const [database] = data;
  if (database === undefined || data.length > 1) {
    return ['Le champ "inputs.stored_data" doit contenir exactement une donnée de type VECTOR-DB.'];
  }
  const read = readArchiveParameters(parameters);
  return [
    ...('faults' in read ? read.faults : compositionFaults(read.parameters.composition, database.relations)),
    ...(database.hasExtent ? [] : [`La donnée stockée ${database.id} n'a pas d'emprise.`]),
  ];
}
