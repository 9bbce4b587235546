import { join } from 'node:path';
import type Gdal from 'gdal-async';
import type pg from 'pg';
import {
  advanceKey,
  analyseTable,
  copyRows,
  createTable,
  finishTable,
  type NewTable,
  type RowWriter,
  widenGeometry,
} from '../../domain/feature-loading.js';
import type { FeatureSchema } from '../../domain/feature-schemas.js';
import { dumpCommand, type DumpRequest, runCommand } from '../../processing/commands.js';
import { type DumpTable, readDump } from '../../processing/dump.js';
import type { VectorFormat } from '../../processing/formats.js';
import type { OpenedLayer } from '../../processing/gdal.js';
import { commonKind, dimensionOf } from '../../processing/geometry-scan.js';
import { columnNames, databaseName, GEOMETRY_COLUMN, keyColumn } from '../../processing/names.js';
import { referenceOf, sameReference } from '../../processing/spatial-reference.js';
import type { logFrom } from '../../processing/task-log.js';
import { columnTypes } from './column-types.js';
import { DataFault } from '../../processing/data-fault.js';
import { findDestination, fitColumns } from './destination.js';
import {
  firstPlan,
  type GeometryPlan,
  layerFault,
  type LayerSource,
  lostCoordinates,
  widerPlan,
} from './layer-source.js';
import { isMisfit, isRefusedValue } from './refusals.js';

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

/** Loads layers into tables, inside one transaction. */
export class LayerLoader {
  /** Tables made by this integration: their key and indexes wait for the last of their rows. */
  private readonly created = new Map<string, NewTable>();
  private readonly appended = new Set<string>();
  private dumps = 0;

  constructor(private readonly context: LoaderContext) {}

  /**
   * Loads one layer.
   * @throws DataFault
   */
  async load(format: VectorFormat, handle: Gdal.Dataset, opened: OpenedLayer, uploadSrs: string): Promise<void> {
    const table = databaseName(opened.tableName);
    const { client, log, target } = this.context;
    const { layer } = opened;
    log.info(`Intégration du layer ${opened.tableName} dans la table ${table}`);
    const expected = layer.features.count();
    const kind = await commonKind(format, handle, layer);
    const existing = await findDestination(client, target.schema, table);
    const source = { format, handle, layer, name: opened.tableName, table, uploadSrs, kind, existing };
    const stored = await this.loadFitting(source);
    if (stored !== expected) throw new DataFault(`${stored} objets intégrés sur ${expected} dans la table ${table}`);
    if (existing !== undefined) this.appended.add(table);
    log.info(`${stored} objets intégrés dans la table ${table}`);
  }

  /** Keys, indexes and statistics, once no more rows come. */
  async finish(): Promise<void> {
    const { client, target } = this.context;
    for (const created of this.created.values()) await finishTable(client, target, created);
    for (const table of this.appended) {
      if (!this.created.has(table)) await analyseTable(client, target.schema, table);
    }
  }

  /** Loads a layer; a table made by this integration takes a wider geometry type when a row asks for it. */
  private async loadFitting(source: LayerSource): Promise<number> {
    const { client, log, multigeomTables } = this.context;
    let plan = firstPlan(source, multigeomTables);
    const lost = lostCoordinates(source);
    if (lost.length > 0)
      log.warning(`Coordonnées ${lost.join(' et ')} perdues : la table ${source.table} ne les a pas`);
    for (;;) {
      const known = this.created.get(source.table);
      await client.query('SAVEPOINT layer');
      try {
        return await this.loadOnce(source, plan);
      } catch (error) {
        const isOurs = source.existing === undefined || known !== undefined;
        const next = isOurs && isMisfit(error) ? widerPlan(plan) : null;
        if (next === null || !isRefusedValue(error)) throw layerFault(error, source);
        log.info(`Géométries de plusieurs types dans ${source.name} : ${error.message}`);
        await client.query('ROLLBACK TO SAVEPOINT layer');
        if (known === undefined) this.created.delete(source.table);
        else await this.widen(known, next);
        plan = next;
      }
    }
  }

  private async widen(table: NewTable, plan: GeometryPlan): Promise<void> {
    if (table.geometry === null) return;
    const suffix = /Z?M?$/.exec(table.geometry.type)?.[0] ?? '';
    const single = table.geometry.type.replace(/^MULTI/, '');
    const type = plan.geometryType === 'GEOMETRY' ? `GEOMETRY${suffix}` : `MULTI${single}`;
    const wider = { ...table, geometry: { ...table.geometry, type } };
    await widenGeometry(this.context.client, this.context.target.schema, table.table, wider.geometry);
    this.created.set(table.table, wider);
  }

  private async loadOnce(source: LayerSource, plan: GeometryPlan): Promise<number> {
    const { client, folder, target } = this.context;
    const { existing, format, table } = source;
    const key = existing?.key?.name ?? keyColumn(format);
    const geometryColumn = existing?.geometry?.column ?? GEOMETRY_COLUMN;
    const fields = source.layer.fields.getNames();
    const fit =
      existing === undefined
        ? { columns: columnNames(fields, [key, geometryColumn]), keepFid: format === 'GeoPackage' }
        : fitColumns(existing, {
            fields,
            fidColumn: source.layer.fidColumn,
            hasGeometry: source.layer.geomType !== NO_GEOMETRY,
          });
    this.dumps += 1;
    const output = join(folder, `dump-${this.dumps}`);
    let writer: RowWriter | undefined;
    let columns: string[] = [];
    try {
      const command = dumpCommand({ ...this.request(source, plan), keepFid: fit.keepFid, output });
      await readDump(output, () => runCommand(command, source.handle), {
        header: async (dump) => {
          if (fit.columns.length !== dump.fieldTypes.length) throw new Error(`unexpected dump of ${source.name}`);
          if (existing === undefined) await this.create(source, dump, { key, names: fit.columns });
          columns = [
            ...(dump.rows?.geometry ? [geometryColumn] : []),
            ...(dump.rows?.key ? [key] : []),
            ...fit.columns,
          ];
          if (dump.rows !== null) writer = copyRows(client, target.schema, table, columns);
        },
        rows: async (block) => writer?.write(block),
      });
      const stored = (await writer?.end()) ?? 0;
      if (stored > 0 && columns.includes(key)) await this.advance(source, key);
      return stored;
    } catch (error) {
      await writer?.abandon();
      throw error;
    }
  }

  private async advance({ table, existing }: LayerSource, key: string): Promise<void> {
    const { client, target } = this.context;
    const column = existing?.key;
    if (existing !== undefined && !(column?.hasDefault && /^(smallint|integer|bigint)$/.test(column.type))) return;
    await advanceKey(client, target.schema, table, key);
  }

  private request(source: LayerSource, plan: GeometryPlan): Omit<DumpRequest, 'output' | 'keepFid'> {
    const { layer, existing, uploadSrs, table, format } = source;
    const srid = existing?.geometry?.srid ?? this.context.srid;
    const targetName = srid === this.context.srid || srid === 0 ? this.context.srs : `EPSG:${srid}`;
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
      // A CSV is text, the columns of the table may not be: there an empty cell is a missing value.
      emptyAsNull: format === 'CSV' && existing !== undefined && !this.created.has(table),
    };
  }

  private async create(
    { layer, table, kind }: LayerSource,
    dump: DumpTable,
    { key, names }: { key: string; names: readonly string[] },
  ): Promise<void> {
    const { client, target, srid } = this.context;
    const types = columnTypes(layer, dump);
    // A dump writes 3 for a measure as for an altitude.
    const suffix = dimensionOf(kind).slice('XY'.length);
    const geometryType = dump.geometry === null ? null : dump.geometry.type.replace(/Z?M?$/, suffix);
    const definition: NewTable = {
      table,
      key: { column: key, type: dump.keyType === 'BIGSERIAL' ? 'bigint' : 'integer' },
      columns: names.map((name, index) => ({ name, type: types[index] ?? 'text' })),
      geometry: geometryType === null ? null : { column: GEOMETRY_COLUMN, type: geometryType, srid },
    };
    await createTable(client, target, definition);
    this.created.set(table, definition);
  }
}

/** OGR's type of a layer without geometry. */
const NO_GEOMETRY = 100;
