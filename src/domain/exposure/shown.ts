import type { Deps } from '../../deps.js';
import { type AltimetryResource, gridsOf } from '../../ogc/alti/model.js';
import type { DownloadPart, DownloadResource } from '../../ogc/download/model.js';
import type { PyramidLayer, TileTable } from '../../ogc/rok4/layer.js';
import { featureIdColumn, tileColumns } from '../../ogc/vector-tms/documents.js';
import { tableId, type TiledTable } from '../../ogc/vector-tms/model.js';
import { type FeatureType, publicColumns, qualifiedName } from '../../ogc/wfs/model.js';
import { infoColumns, type WmsLayer, type WmsRelation } from '../../ogc/wms/model.js';
import { overview } from '../guard/visit.js';
import { publishedAltimetry } from '../published-altimetry.js';
import { publishedDownloads } from '../published-downloads.js';
import { publishedFeatureTypes } from '../published-feature-types.js';
import { publishedPyramidLayers, publishedTables, publishedWmsLayers } from '../published.js';
import type { Shown } from './document.js';

/** What services show of offerings, told from the very publications that they read. */

type ShownDeps = Pick<Deps, 'pool'>;

/** By id of offering; one that no service shows is absent. */
export type ShownByOffering = ReadonlyMap<string, readonly Shown[]>;

/** Where offerings are published. */
export interface Place {
  /** Of their configurations. */
  readonly type: string;
  /** By which services find the endpoint: `/private/wmts/`. */
  readonly endpointPath: string;
}

/**
 * What is shown at an endpoint.
 * @param schemas ids of stored data by the schema of their tables
 */
export async function readShown(
  deps: ShownDeps,
  { type, endpointPath }: Place,
  schemas: ReadonlyMap<string, string>,
): Promise<ShownByOffering> {
  const visit = overview(endpointPath);
  switch (type) {
    case 'WFS': {
      const { types, offeringOf } = await publishedFeatureTypes(deps, visit);
      return byOffering(types.map((each) => [offeringOf.get(each) ?? '', featureType(each, schemas)]));
    }
    case 'WMS-VECTOR': {
      const { layers } = await publishedWmsLayers(deps, visit);
      return byOffering(
        layers.flatMap((layer) => layer.relations.map((each) => [layer.offering, mapRelation(layer, each, schemas)])),
      );
    }
    case 'VECTOR-TMS': {
      const { value: tables } = await publishedTables(deps, endpointPath);
      return byOffering([...tables.values()].map((table) => [table.offering, tiledTable(table, schemas)]));
    }
    case 'WMTS-TMS':
    case 'WMS-RASTER': {
      const { layers } = await publishedPyramidLayers(deps, type, visit);
      const service = type === 'WMS-RASTER' ? 'WMS' : 'WMTS, TMS';
      return byOffering(layers.flatMap((layer) => pyramidTables(layer, service).map((each) => [layer.offering, each])));
    }
    case 'ALTIMETRY': {
      const { resources } = await publishedAltimetry(deps, visit);
      return byOffering(resources.flatMap((each) => elevations(each).map((shown) => [each.offering, shown])));
    }
    case 'DOWNLOAD': {
      const { resources } = await publishedDownloads(deps, visit);
      const counts = await countFiles(deps, resources);
      return byOffering(
        resources.flatMap((each) => each.parts.map((part) => [each.offering, archive(each, part, counts)])),
      );
    }
    default:
      return new Map();
  }
}

function byOffering(all: readonly (readonly [offering: string, shown: Shown])[]): ShownByOffering {
  const found = new Map<string, Shown[]>();
  for (const [offering, shown] of all) found.set(offering, [...(found.get(offering) ?? []), shown]);
  return found;
}

const namesOf = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);

/** What tables have in common. */
function table(
  source: FeatureType['source'],
  schemas: ReadonlyMap<string, string>,
): Pick<Shown, 'stored_data' | 'relation' | 'geometry'> {
  const storedData = schemas.get(source.schema);
  return {
    ...(storedData === undefined ? {} : { stored_data: storedData }),
    relation: source.table,
    ...(source.geometry === null ? {} : { geometry: source.geometry.column }),
  };
}

function featureType(type: FeatureType, schemas: ReadonlyMap<string, string>): Shown {
  return {
    service: 'WFS',
    name: qualifiedName(type),
    ...table(type.source, schemas),
    attributes: namesOf(publicColumns(type)),
    identifiers: [...type.source.primaryKey],
  };
}

function mapRelation(layer: WmsLayer, relation: WmsRelation, schemas: ReadonlyMap<string, string>): Shown {
  return {
    service: 'WMS',
    name: layer.name,
    ...table(relation.source, schemas),
    attributes: namesOf(infoColumns(relation)),
    identifiers: [...relation.source.primaryKey],
    comment: 'Valeurs données par GetFeatureInfo, aux échelles où le style dessine ; le reste en image.',
  };
}

function tiledTable(tiled: TiledTable, schemas: ReadonlyMap<string, string>): Shown {
  const id = featureIdColumn(tiled);
  return {
    service: 'VECTOR-TMS',
    name: tableId(tiled),
    ...table(tiled.source, schemas),
    attributes: namesOf(tileColumns(tiled)).filter((name) => name !== id),
    identifiers: id === null ? [] : [id],
  };
}

/** An image for each of its pyramids; layers of vector tiles have names and attributes, which levels may not all have. */
function pyramidTables(layer: PyramidLayer, service: string): Shown[] {
  const sources = [...new Set(layer.levels.map(({ source }) => source.storedData))];
  return sources.flatMap((storedData): Shown[] => {
    const of = { service, name: layer.name, stored_data: storedData, identifiers: [] };
    if (layer.pixels !== null) return [{ ...of, attributes: [], comment: imageComment(layer) }];
    const tables = layer.levels
      .filter(({ source }) => source.storedData === storedData)
      .flatMap((level) => level.tables);
    return [...new Set(tables.map(({ name }) => name))].map((relation) => ({
      ...of,
      relation,
      attributes: attributesOf(tables.filter(({ name }) => name === relation)),
      comment: 'Géométries généralisées à chaque niveau.',
    }));
  });
}

function attributesOf(tables: readonly TileTable[]): string[] {
  return [...new Set(tables.flatMap(({ attributes }) => attributes.map(({ name }) => name)))];
}

function imageComment({ featureInfo }: PyramidLayer): string {
  if (featureInfo === null) return 'Images, sans attributs.';
  return featureInfo.type === 'pyramid'
    ? 'Images, et valeurs des pixels par GetFeatureInfo.'
    : `Images ; GetFeatureInfo transmet ce que répond ${featureInfo.url}.`;
}

function elevations(resource: AltimetryResource): Shown[] {
  return [...new Set(gridsOf(resource).map(({ storedData }) => storedData))].map((storedData) => ({
    service: 'ALTIMETRY',
    name: resource.name,
    stored_data: storedData,
    attributes: [],
    identifiers: [],
    comment: 'Altitudes, source et précision par point.',
  }));
}

function archive({ name }: DownloadResource, part: DownloadPart, counts: ReadonlyMap<string, number>): Shown {
  return {
    service: 'DOWNLOAD',
    name: `${name}/${part.name}`,
    stored_data: part.storedData,
    attributes: [],
    identifiers: [],
    files: counts.get(part.storedData) ?? 0,
    comment: 'Fichiers entiers, avec tout ce qu’ils contiennent.',
  };
}

/** Files of archives, by id of stored data. */
async function countFiles(
  { pool }: ShownDeps,
  resources: readonly DownloadResource[],
): Promise<ReadonlyMap<string, number>> {
  const ids = resources.flatMap(({ parts }) => parts.map(({ storedData }) => storedData));
  const { rows } = await pool.query<{ id: string; count: number }>(
    `SELECT stored_data_id AS id, count(*)::int AS count FROM geopf.stored_data_file
     WHERE stored_data_id = ANY ($1::uuid[]) GROUP BY stored_data_id`,
    [ids],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}
