import type { Dataset } from '../formats.js';
import type { RecordSet } from '../csv/record-set.js';
import { gdal, type OpenedLayer } from '../gdal.js';
import { columnNames, databaseName, GEOMETRY_COLUMN, keyColumn } from '../names.js';
import { layerReference } from '../spatial-reference.js';
import { type Features, readFeatures } from './features.js';
import { type GeometryType, geometryType, isOneFamily } from './geometry-type.js';
import { lookAtNames } from './names.js';
import { referenceFaults } from './reference.js';
import { type CheckRun, type FileReport, ogrLog, tellAll } from './report.js';

/** The report of a layer, and how many features were read. */
export interface LayerReport extends FileReport {
  readonly read: number;
}

/**
 * Checks one layer: names, reference system, every feature.
 * @param withoutGeometry filled with the features that have no geometry
 */
export async function checkLayer(
  opened: OpenedLayer,
  dataset: Dataset,
  run: CheckRun,
  withoutGeometry: RecordSet | null,
): Promise<LayerReport> {
  const log = ogrLog(run.log);
  const { layer, tableName: name } = opened;
  log.info(`Nom du layer : ${name}`);
  const hasGeometry = layer.geomType !== gdal.wkbNone;
  const fields = layer.fields.getNames();
  const reserved = [keyColumn(dataset.format), GEOMETRY_COLUMN];
  const names = lookAtNames(name, fields, reserved);
  tellAll(log.error, names.faults, `noms invalides dans le layer ${name}`);
  tellAll(log.warning, names.warnings, `noms de colonnes déjà pris dans le layer ${name}`);
  const reference = hasGeometry ? layerReference(layer) : null;
  const foreign = reference === null ? [] : referenceFaults(name, reference, run);
  for (const line of foreign) log.error(line);
  if (hasGeometry && reference === null && dataset.format !== 'CSV') {
    log.warning(`Le layer ${name} ne déclare pas de SRS : celui de la livraison est retenu`);
  }
  const domain = foreign.length === 0 ? run.domain : null;
  const { declaredName } = run;
  const { format } = dataset;
  const features = await readFeatures({ layer, name, format, domain, declaredName, withoutGeometry }, run.log);
  if (hasGeometry) tellGeometries(features, name, run);
  // The count of a CSV is another reading of it, and its records are counted anyway.
  const expected = dataset.format === 'CSV' ? features.read : layer.features.count();
  if (features.read !== expected) log.error(`${features.read} objets lus sur ${expected} dans le layer ${name}`);
  if (features.read === 0) log.warning(`Le layer ${name} est vide`);
  log.info(`Nombre d'objets : ${features.read}`);
  const passed =
    names.faults.length === 0 && foreign.length === 0 && features.unreadable === 0 && features.read === expected;
  return {
    passed,
    read: features.read,
    boxes: features.box === null ? [] : [features.box],
    tables: [
      { name: databaseName(name), columns: columnNames(fields, reserved), hasGeometry, path: dataset.file.path },
    ],
  };
}

function tellGeometries({ nulls, nullFids, empties, types }: Features, name: string, { log }: CheckRun): void {
  const { info, warning } = ogrLog(log);
  if (nulls > 0) {
    const more = nulls > nullFids.length ? ', …' : '';
    warning(`${nulls} objets sans géométrie dans le layer ${name} : ${nullFids.join(', ')}${more}`);
  }
  if (empties > 0) warning(`${empties} géométries vides dans le layer ${name}`);
  const found = [...types].map(([code, count]) => ({ ...geometryType(code), count }));
  const counts = new Map<string, number>();
  for (const type of found) counts.set(type.name, (counts.get(type.name) ?? 0) + type.count);
  if (counts.size > 1) {
    const list = [...counts].map(([type, count]) => `${type} (${count})`).join(', ');
    const tell = isOneFamily(counts.keys()) ? info : warning;
    tell(`Plusieurs types de géométrie dans le layer ${name} : ${list}`);
  }
  for (const line of dimensionLines(found, name)) info(line);
}

function dimensionLines(types: readonly (GeometryType & { count: number })[], name: string): string[] {
  const count = (has: (type: GeometryType) => boolean) => types.filter(has).reduce((sum, type) => sum + type.count, 0);
  const withZ = count(({ hasZ }) => hasZ);
  const withM = count(({ hasM }) => hasM);
  return [
    ...(withZ > 0 ? [`${withZ} géométries portent une altitude (Z) dans le layer ${name}`] : []),
    ...(withM > 0 ? [`${withM} géométries portent une mesure (M) dans le layer ${name}`] : []),
  ];
}
