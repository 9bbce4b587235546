import { randomUUID } from 'node:crypto';
import type { GeographicBox } from '../geo/bbox.js';
import { parseCrs, UnknownCrsError } from '../geo/crs.js';
import type { FeatureTable } from '../ogc/feature-table.js';
import type { StyleModel } from '../ogc/sld/model.js';
import type { FeatureType } from '../ogc/wfs/model.js';
import type { WmsLayer } from '../ogc/wms/model.js';
import type { Deps } from '../deps.js';
import { extentBox, unionBoxes } from './extent.js';
import { readRelations, toFeatureTable } from './relations.js';
import { type ConfigurationContent, publicName, type UsedRelation, usedRelations } from './type-infos.js';

/**
 * Publications: the snapshot of a configuration and of the tables it names, taken when an offering is published or
 * synchronised. Services read nothing else, so a change of the configuration or of the columns stays unseen until the
 * next synchronisation (spec diffusion §3), while a change of the rows is seen at once.
 */

/** Why a configuration cannot be published now; the message is a French sentence for the producer. */
export class PublicationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PublicationError';
  }
}

/** The configuration and the offering to make a publication for. */
export interface PublicationRequest {
  readonly offeringId: string;
  readonly layerName: string;
  readonly content: ConfigurationContent;
}

type Sources = Pick<Deps, 'prisma' | 'pool'>;

/** What is published of one stored data. */
interface SourceData {
  readonly box: GeographicBox | null;
  readonly tables: ReadonlyMap<string, FeatureTable>;
}

interface SourceStyle {
  readonly name: string;
  readonly model: StyleModel;
  readonly usedAttributes: readonly string[];
}

/**
 * Reads the tables and styles a configuration names, and makes its publication: `FeatureType[]` for WFS, a `WmsLayer`
 * for WMS-VECTOR. The default bbox is the extent of the stored data.
 * @throws PublicationError when a table, an attribute that a style uses, or a style is missing
 */
export async function buildPublication(
  deps: Sources,
  request: PublicationRequest,
): Promise<readonly FeatureType[] | WmsLayer> {
  const used = usedRelations(request.content);
  const sources = await readSources(deps, used);
  if (request.content.type === 'WFS') return featureTypes(request, request.content.typeInfos, sources);
  const styles = await readStyles(deps, used);
  return wmsLayer(request, request.content.typeInfos, sources, styles);
}

function featureTypes(
  request: PublicationRequest,
  typeInfos: Extract<ConfigurationContent, { type: 'WFS' }>['typeInfos'],
  sources: ReadonlyMap<string, SourceData>,
): FeatureType[] {
  return typeInfos.used_data.flatMap((data) =>
    data.relations.map((relation) => ({
      prefix: request.layerName,
      name: publicName(relation),
      title: relation.title,
      abstract: relation.abstract,
      keywords: relation.keywords ?? [],
      source: tableOf(sources, data.stored_data, relation.native_name),
      exposePrimaryKey: data.expose_primary_key ?? false,
      bbox: typeInfos.bbox ?? sources.get(data.stored_data.toLowerCase())?.box ?? null,
    })),
  );
}

function wmsLayer(
  request: PublicationRequest,
  typeInfos: Extract<ConfigurationContent, { type: 'WMS-VECTOR' }>['typeInfos'],
  sources: ReadonlyMap<string, SourceData>,
  styles: ReadonlyMap<string, SourceStyle>,
): WmsLayer {
  const relations = typeInfos.used_data.flatMap((data) =>
    data.relations.map((relation) => {
      const source = tableOf(sources, data.stored_data, relation.name);
      const style = relation.style === undefined ? undefined : styles.get(relation.style.toLowerCase());
      const absent = missingAttributes(style?.usedAttributes ?? [], source);
      if (absent.length > 0) {
        throw new PublicationError(
          `Le style ${style?.name} utilise des attributs absents de la table ${relation.name} : ${absent.join(', ')}.`,
        );
      }
      return { name: relation.name, source, style: style?.model ?? null, styleName: style?.name ?? null };
    }),
  );
  return {
    offering: request.offeringId,
    revision: randomUUID(),
    name: request.layerName,
    title: typeInfos.title,
    abstract: typeInfos.abstract,
    keywords: typeInfos.keywords ?? [],
    bbox: typeInfos.bbox ?? unionBoxes([...sources.values()].map((source) => source.box)),
    relations,
  };
}

/** The attributes of a style that a table lacks; its geometry may be named too. */
function missingAttributes(attributes: readonly string[], table: FeatureTable): string[] {
  return attributes.filter(
    (name) => name !== table.geometry?.column && !table.columns.some((column) => column.name === name),
  );
}

function tableOf(sources: ReadonlyMap<string, SourceData>, storedDataId: string, relation: string): FeatureTable {
  const table = sources.get(storedDataId.toLowerCase())?.tables.get(relation);
  if (table === undefined) {
    throw new PublicationError(`La table ${relation} n'existe pas dans la donnée stockée ${storedDataId}.`);
  }
  return table;
}

async function readSources(deps: Sources, used: readonly UsedRelation[]): Promise<Map<string, SourceData>> {
  const ids = [...new Set(used.map((item) => item.storedDataId))];
  const records = await deps.prisma.storedData.findMany({ where: { id: { in: ids } } });
  const sources = new Map<string, SourceData>();
  for (const { id, schemaName, srs, extent } of records) {
    if (schemaName === null) throw new PublicationError(`La donnée stockée ${id} n'est pas encore générée.`);
    const names = used.filter((item) => item.storedDataId === id).map((item) => item.relation);
    const relations = await readRelations(deps.pool, schemaName, [...new Set(names)]);
    const fallbackSrid = sridOf(srs);
    const tables = new Map<string, FeatureTable>();
    for (const relation of relations) {
      tables.set(relation.name, await toFeatureTable(deps.pool, schemaName, relation, fallbackSrid));
    }
    sources.set(id, { box: extentBox(extent), tables });
  }
  return sources;
}

async function readStyles(deps: Sources, used: readonly UsedRelation[]): Promise<Map<string, SourceStyle>> {
  const ids = [...new Set(used.flatMap((item) => item.styleId ?? []))];
  const records = await deps.prisma.static.findMany({ where: { id: { in: ids } } });
  const styles = new Map<string, SourceStyle>();
  for (const { id, name, content, typeInfos } of records) {
    // Written by src/domain/statics.ts for GEOSERVER-STYLE, which the configuration's checks require.
    const { style } = content as unknown as { style: StyleModel };
    const { used_attributes } = typeInfos as { used_attributes: string[] };
    styles.set(id, { name, model: style, usedAttributes: used_attributes });
  }
  const missing = ids.find((id) => !styles.has(id));
  if (missing !== undefined) throw new PublicationError(`Le fichier statique ${missing} n'existe plus.`);
  return styles;
}

/** 0, PostGIS' "unknown", for a reference system that has no EPSG code. */
function sridOf(srs: string | null): number {
  if (srs === null) return 0;
  try {
    return parseCrs(srs).srid;
  } catch (error) {
    if (error instanceof UnknownCrsError) return 0;
    throw error;
  }
}
