import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Gdal from 'gdal-async';
import type pg from 'pg';
import {
  advanceKey,
  copyRows,
  createTable,
  findTable,
  type NewTable,
  type RowWriter,
} from '../../domain/feature-loading.js';
import type { FeatureSchema } from '../../domain/feature-schemas.js';
import { dumpCommand, type DumpRequest, GdalCommandError, runCommand } from '../../processing/commands.js';
import { type DumpTable, readDump } from '../../processing/dump.js';
import type { VectorFormat } from '../../processing/formats.js';
import type { OpenedLayer } from '../../processing/gdal.js';
import { columnNames, databaseName } from '../../processing/names.js';
import { referenceOf, sameReference } from '../../processing/spatial-reference.js';
import type { logFrom } from '../../processing/task-log.js';
import { DataFault, isDataFault } from './data-fault.js';
import { isRefusedValue } from './refusals.js';

/** What every layer of an integration shares. */
export interface LoaderContext {
  readonly client: pg.Client;
  readonly target: FeatureSchema;
  /** Reference system of new tables, and its EPSG code. */
  readonly srs: string;
  readonly srid: number;
  readonly multigeomTables: ReadonlySet<string>;
  readonly folder: string;
  readonly log: ReturnType<typeof logFrom>;
}

/** The table that rows go to, made or found. */
interface Destination {
  readonly geometry: { column: string; type: string; srid: number } | null;
  readonly key: string;
  /** Attributes, in table order. */
  readonly columns: readonly string[];
}

/** Overrides of the declared geometry, tried in turn when PostGIS refuses a row. */
type GeometryPlan = Pick<DumpRequest, 'geometryType' | 'dimension'>;

interface LayerSource {
  readonly format: VectorFormat;
  readonly handle: Gdal.Dataset;
  readonly layer: Gdal.Layer;
  readonly table: string;
  readonly uploadSrs: string;
  readonly existing: Destination | undefined;
}

const GEOMETRY_COLUMN = 'geom';

/** Loads layers into tables, inside one transaction. */
export class LayerLoader {
  /** Tables made by this integration: their key and indexes wait for the last of their rows. */
  readonly created = new Map<string, NewTable>();
  private dumps = 0;

  constructor(private readonly context: LoaderContext) {}

  /**
   * Loads one layer.
   * @throws DataFault
   */
  async load(format: VectorFormat, handle: Gdal.Dataset, opened: OpenedLayer, uploadSrs: string): Promise<void> {
    const table = databaseName(opened.tableName);
    const { client, log } = this.context;
    const { layer } = opened;
    const expected = layer.features.count();
    const source = { format, handle, layer, table, uploadSrs, existing: await this.findDestination(table) };
    log.info(`Intégration du layer ${opened.tableName} dans la table ${table}`);
    let plan: GeometryPlan | null = this.firstPlan(source);
    for (;;) {
      await client.query('SAVEPOINT layer');
      try {
        const stored = await this.loadOnce(source, plan);
        if (stored !== expected)
          throw new DataFault(`${stored} objets intégrés sur ${expected} dans la table ${table}`);
        log.info(`${stored} objets intégrés dans la table ${table}`);
        return;
      } catch (error) {
        const next = nextPlan(plan, error);
        if (next === null || !isRefusedValue(error)) throw asFault(error, opened.tableName);
        log.info(`Géométries de plusieurs types dans ${opened.tableName} : ${error.message}`);
        await client.query('ROLLBACK TO SAVEPOINT layer');
        if (source.existing === undefined) this.created.delete(table);
        plan = next;
      }
    }
  }

  private async findDestination(table: string): Promise<Destination | undefined> {
    const created = this.created.get(table);
    if (created !== undefined) {
      return { geometry: created.geometry, key: created.key.column, columns: created.columns.map(({ name }) => name) };
    }
    const found = await findTable(this.context.client, this.context.target.schema, table);
    if (found === undefined) return undefined;
    if (found.kind === 'VIEW') throw new DataFault(`${table} est une vue : aucune donnée ne peut y être ajoutée`);
    const key = found.primaryKey[0] ?? '';
    const geometry = found.columns.find((column) => column.geometry !== null);
    return {
      geometry:
        geometry === undefined || geometry.geometry === null
          ? null
          : { column: geometry.name, type: geometry.geometry.type, srid: geometry.geometry.srid },
      key,
      columns: found.columns
        .filter((column) => column.geometry === null && column.name !== key)
        .map(({ name }) => name),
    };
  }

  private firstPlan({ format, layer, table, existing }: LayerSource): GeometryPlan {
    const isMulti = /^multi/i.test(existing?.geometry?.type ?? '');
    // The type of a shapefile does not tell lines and polygons from their multiple forms (2 and 3 in OGC codes).
    const isAmbiguous = format === 'Shapefile' && [2, 3].includes((layer.geomType & 0x7fffffff) % 1000);
    return isMulti || isAmbiguous || this.context.multigeomTables.has(table)
      ? { geometryType: 'PROMOTE_TO_MULTI' }
      : {};
  }

  private async loadOnce(source: LayerSource, plan: GeometryPlan): Promise<number> {
    const { client, folder, target } = this.context;
    this.dumps += 1;
    const output = join(folder, `dump-${this.dumps}.sql`);
    await writeFile(output, '');
    let writer: RowWriter | undefined;
    let bringsKeys = false;
    try {
      const command = dumpCommand({ ...this.request(source, plan), output });
      await readDump(output, runCommand(command, source.handle), {
        header: async (dump) => {
          const columns = await this.prepare(source, dump);
          bringsKeys = dump.rows?.key ?? false;
          if (dump.rows !== null) writer = copyRows(client, target.schema, source.table, columns);
        },
        rows: async (block) => writer?.write(block),
      });
      const stored = (await writer?.end()) ?? 0;
      if (bringsKeys) await advanceKey(client, target.schema, source.table, 'fid');
      return stored;
    } catch (error) {
      await writer?.abandon();
      throw error;
    } finally {
      await rm(output, { force: true });
    }
  }

  private request(source: LayerSource, plan: GeometryPlan): Omit<DumpRequest, 'output'> {
    const { layer, existing, uploadSrs } = source;
    const srid = existing?.geometry?.srid ?? this.context.srid;
    const targetName = srid === this.context.srid ? this.context.srs : `EPSG:${srid}`;
    const from = layer.srs ?? referenceOf(uploadSrs);
    const to = referenceOf(targetName);
    if (from === null || to === null) throw new DataFault(`Le SRS demandé est inconnu : ${targetName}`);
    return {
      layer: layer.name,
      srid,
      ...(sameReference(from, to)
        ? {}
        : { targetSrs: targetName, ...(layer.srs === null ? { sourceSrs: uploadSrs } : {}) }),
      ...plan,
      keepFid: source.format === 'GeoPackage' && existing === undefined,
      // A CSV is text, the columns of the table may not be: there an empty cell is a missing value.
      emptyAsNull: source.format === 'CSV' && existing !== undefined && !this.created.has(source.table),
    };
  }

  /** Makes the table, or checks that the one that exists has the same columns. Returns the columns that COPY fills. */
  private async prepare(source: LayerSource, dump: DumpTable): Promise<string[]> {
    const { layer, existing, table, format } = source;
    const key = existing?.key ?? (format === 'GeoPackage' ? 'fid' : 'ogc_fid');
    const geometryColumn = existing?.geometry?.column ?? GEOMETRY_COLUMN;
    const fields = layer.fields.getNames();
    const names = columnNames(fields, [key, geometryColumn]);
    if (names.length !== dump.fieldTypes.length) throw new DataFault(`Les colonnes de ${table} n'ont pas pu être lues`);
    if (existing === undefined) await this.create(table, dump, { key, names });
    else assertSameColumns(table, existing, { names, hasGeometry: dump.geometry !== null });
    return [...(dump.rows?.geometry ? [geometryColumn] : []), ...(dump.rows?.key ? [key] : []), ...names];
  }

  private async create(
    table: string,
    dump: DumpTable,
    { key, names }: { key: string; names: readonly string[] },
  ): Promise<void> {
    const { client, target, srid } = this.context;
    const definition: NewTable = {
      table,
      key: { column: key, type: dump.keyType === 'BIGSERIAL' ? 'bigint' : 'integer' },
      columns: names.map((name, index) => ({ name, type: dump.fieldTypes[index] ?? 'text' })),
      geometry: dump.geometry === null ? null : { column: GEOMETRY_COLUMN, type: dump.geometry.type, srid },
    };
    await createTable(client, target, definition);
    this.created.set(table, definition);
  }
}

function assertSameColumns(
  table: string,
  existing: Destination,
  delivered: { names: readonly string[]; hasGeometry: boolean },
): void {
  const extra = delivered.names.filter((name) => !existing.columns.includes(name));
  const missing = existing.columns.filter((name) => !delivered.names.includes(name));
  const faults = [
    ...(extra.length > 0 ? [`colonnes inconnues : ${extra.join(', ')}`] : []),
    ...(missing.length > 0 ? [`colonnes absentes : ${missing.join(', ')}`] : []),
    ...(delivered.hasGeometry === (existing.geometry !== null) ? [] : ['la géométrie diffère']),
  ];
  if (faults.length > 0)
    throw new DataFault(`Les colonnes ne sont pas celles de la table ${table} (${faults.join(' ; ')})`);
}

/** PostGIS' refusal of a geometry that does not fit its column. */
const MISFIT = '22023';

/** What to try after a refusal; `null` when nothing is left, or when the geometry is not at fault. */
function nextPlan(plan: GeometryPlan, error: unknown): GeometryPlan | null {
  if (!isRefusedValue(error) || error.code !== MISFIT) return null;
  if (/has Z dimension|has M dimension/i.test(error.message)) {
    return plan.dimension === undefined ? { ...plan, dimension: 'XYZ' } : null;
  }
  if (plan.geometryType === undefined) return { ...plan, geometryType: 'PROMOTE_TO_MULTI' };
  return plan.geometryType === 'PROMOTE_TO_MULTI' ? { ...plan, geometryType: 'GEOMETRY' } : null;
}

/** GDAL's and PostgreSQL's refusals of the data, in words for the producer; anything else as it is. */
function asFault(error: unknown, layer: string): unknown {
  if (isDataFault(error)) return error;
  if (isRefusedValue(error)) return new DataFault(`Données refusées dans le layer ${layer} : ${error.message}`);
  if (error instanceof GdalCommandError) {
    return new DataFault(`Le layer ${layer} n'a pas pu être lu : ${error.message}`);
  }
  return error;
}
