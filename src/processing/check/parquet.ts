import { baseName } from '../formats.js';
import { columnNames, databaseName } from '../names.js';
import { referenceOf } from '../spatial-reference.js';
import { type DeliveredFile, fileName } from '../upload-tree.js';
import { type GeoMetadata, readGeoMetadata } from './geo-metadata.js';
import { lookAtNames } from './names.js';
import { ParquetFault, readParquetFile } from './parquet-file.js';
import { referenceFaults } from './reference.js';
import { type CheckRun, coreLog, type FileReport, ogrLog, tellAll } from './report.js';

const FAILED: FileReport = { passed: false, boxes: [], tables: [] };

/** Checks a GeoParquet from its footer: structure, names, metadata, reference system, extent. */
export async function checkParquet(delivered: DeliveredFile, path: string, run: CheckRun): Promise<FileReport> {
  const core = coreLog(run.log);
  const log = ogrLog(run.log);
  const file = await readParquetFile(path, fileName(path)).catch((error: unknown) => {
    if (!(error instanceof ParquetFault)) throw error;
    core.error(error.message);
    return null;
  });
  if (file === null) return FAILED;
  const name = baseName(delivered.path);
  log.info('Nombre de layers : 1');
  log.info(`Nom du layer : ${name}`);
  const names = lookAtNames(name, file.columns, []);
  tellAll(log.error, names.faults, `noms invalides dans le layer ${name}`);
  const metadata = file.geo === null ? ['la clé « geo » est absente'] : readGeoMetadata(file.geo, file.columns);
  const faults = 'version' in metadata ? crsFaults(metadata, name, run) : metadataFaults(metadata, name);
  for (const fault of faults) log.error(fault);
  if (file.rows === 0) log.warning(`Le layer ${name} est vide`);
  log.info(`Nombre d'objets : ${file.rows}`);
  const box = 'version' in metadata ? metadata.box : null;
  return {
    passed: faults.length === 0 && names.faults.length === 0,
    boxes: box === null ? [] : [box],
    tables: [
      {
        name: databaseName(name),
        columns: columnNames(file.columns, []),
        hasGeometry: true,
        path: delivered.path,
      },
    ],
  };
}

const metadataFaults = (faults: readonly string[], name: string) =>
  faults.map((fault) => `Métadonnées GeoParquet invalides dans ${name} : ${fault}`);

function crsFaults({ crs }: GeoMetadata, name: string, run: CheckRun): string[] {
  if (crs === null) {
    ogrLog(run.log).warning(`Le layer ${name} ne déclare pas de SRS : celui de la livraison est retenu`);
    return [];
  }
  const reference = referenceOf(crs);
  return reference === null ? [`Le SRS du layer ${name} n'est pas lisible`] : referenceFaults(name, reference, run);
}
