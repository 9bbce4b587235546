import type { Readable } from 'node:stream';
import { filterToSql } from '../filter/sql.js';
import type { SqlFragment } from '../filter/fragment.js';
import { crsOfSrid, toUrn } from '../geo/crs.js';
import { asInvalidParameter, noNaturalOrder, unknownProperty } from '../ogc/wfs/exceptions.js';
import { FEATURE_CONTENT_TYPES } from '../ogc/wfs/formats.js';
import { publicColumn, publicColumns, type FeatureType } from '../ogc/wfs/model.js';
import type { GetFeature } from '../ogc/wfs/request.js';
import { xmlName } from '../ogc/wfs/xml-name.js';
import { GEOJSON_HEAD, geojsonTail, gmlCollection, loneFeatureNamespaces, pageLinks } from '../ogc/wfs/response.js';
import { OwsException } from '../ogc/ows/exceptions.js';
import type { FeatureSnapshot, RowStream } from './features.js';
import { countSql, pageSql, TABLE_ALIAS, type FeaturePage } from './feature-sql.js';
import { asQueryFault } from './query-faults.js';
import {
  followReader,
  openServiceSnapshot,
  type Reader,
  type ServicePart,
  type SnapshotDeps,
} from './service-snapshot.js';

/** GetFeature: from a typed request to a document that streams. */

export type WfsDeps = SnapshotDeps & { readonly config: { readonly wfs: { readonly maxFeatures: number } } };

const ANSWERS: ServicePart = { places: 8, part: 6, room: 60 };

/** What the request came with. */
export interface WfsContext {
  /** Public URL of the service, without query. */
  readonly serviceUrl: string;
  /** Query of the request, as received. */
  readonly query: string;
  readonly reader: Reader;
}

export interface WfsAnswer {
  readonly contentType: string;
  readonly body: string | Readable;
}

/**
 * Answers GetFeature for one feature type. When the promise resolves, the query has run up to its first row; a fault
 * after that destroys the stream, so that a document cut short never looks complete.
 * @throws OwsException
 */
export async function getFeature(
  deps: WfsDeps,
  request: GetFeature,
  type: FeatureType,
  context: WfsContext,
): Promise<WfsAnswer> {
  const page = planPage(request, type, deps.config.wfs.maxFeatures);
  const { statementTimeoutMs, readerPatienceMs } = deps.config;
  let snapshot: FeatureSnapshot | undefined;
  try {
    snapshot = await openServiceSnapshot(deps, ANSWERS, context.reader, statementTimeoutMs);
    const answer = { snapshot, request, page, context, patienceMs: readerPatienceMs };
    const body =
      request.resultType === 'hits'
        ? await hits(answer)
        : page.format === 'geojson'
          ? await geojsonPage(answer)
          : await gmlPage(answer);
    return { contentType: FEATURE_CONTENT_TYPES[page.format], body };
  } catch (error) {
    // Whatever the connection was in the middle of, it does not go back to the pool.
    snapshot?.abort();
    throw context.reader.signal.aborted ? clientLeft() : asQueryFault(error);
  }
}

/** Nobody reads this answer; the status is the one proxies log for it. */
function clientLeft(): OwsException {
  return new OwsException('NoApplicableCode', 'The client left before the answer', undefined, 499);
}

interface Answer {
  readonly snapshot: FeatureSnapshot;
  readonly request: GetFeature;
  readonly page: FeaturePage;
  readonly context: WfsContext;
  readonly patienceMs: number;
}

/** Decides everything about a page before the database is asked. @throws OwsException */
function planPage(request: GetFeature, type: FeatureType, maxFeatures: number): FeaturePage {
  const { source } = type;
  const sortBy = request.sortBy.map(({ property, descending }) => {
    const column = publicColumn(type, property);
    if (column === undefined) throw unknownProperty(property);
    return { column, descending };
  });
  if (request.startIndex !== null && sortBy.length === 0 && source.primaryKey.length === 0) throw noNaturalOrder();
  const names = request.properties?.map((name) => {
    const known = publicColumn(type, name)?.name ?? (name === source.geometry?.column ? name : undefined);
    if (known === undefined) throw unknownProperty(name);
    return known;
  });
  const crs = request.crs ?? (source.geometry === null ? null : crsOfSrid(source.geometry.srid));
  return {
    type,
    where: conditionSql(request, type),
    columns: publicColumns(type).filter(({ name }) => names?.includes(name) ?? true),
    withGeometry: source.geometry !== null && (names?.includes(source.geometry.column) ?? true),
    sortBy,
    limit: Math.min(request.count ?? maxFeatures, maxFeatures),
    offset: request.startIndex ?? 0,
    format: request.format,
    crs,
    srsName: srsName(crs),
    loneNamespaces: request.byId ? loneFeatureNamespaces(type) : null,
  };
}

/** The spelling that tells the reader the order of ordinates, as GeoServer writes it. */
function srsName(crs: FeaturePage['crs']): string {
  if (crs === null) return '';
  if (crs.authority !== 'EPSG') return `${crs.authority}:${crs.code}`;
  return crs.isLatLon && crs.axisOrder === 'xy'
    ? `http://www.opengis.net/gml/srs/epsg.xml#${crs.srid}`
    : toUrn(crs.srid);
}

function conditionSql(request: GetFeature, type: FeatureType): SqlFragment {
  try {
    return filterToSql(request.filter, {
      table: type.source,
      columns: publicColumns(type),
      otherName: ({ name }) => xmlName(name),
      alias: TABLE_ALIAS,
      layerCrs: crsOfSrid(type.source.geometry?.srid ?? 4326),
      idPrefix: type.name,
    });
  } catch (error) {
    throw asInvalidParameter(error, request.filterParameter);
  }
}

async function hits({ snapshot, page, context }: Answer): Promise<string> {
  const matched = await snapshot.count(countSql(page.type, page.where));
  await snapshot.close();
  if (page.format === 'geojson')
    return GEOJSON_HEAD + geojsonTail({ matched, returned: 0, timeStamp: new Date() }, null);
  const { head, tail } = gmlCollection({
    types: [page.type],
    serviceUrl: context.serviceUrl,
    matched,
    returned: 0,
    timeStamp: new Date(),
    next: null,
    previous: null,
  });
  return head + tail;
}

/** The features first: the total is only counted when the page does not tell it, and its place is at the end. */
async function geojsonPage(answer: Answer): Promise<Readable> {
  const { snapshot, page, request } = answer;
  const timeStamp = new Date();
  const rows = await snapshot.copy(pageSql(page), ',');
  if (request.byId) return loneFeature(answer, rows);
  const srid = page.withGeometry ? (page.crs?.srid ?? null) : null;
  return streamDocument(answer, rows, GEOJSON_HEAD, async () => {
    const matched = impliedTotal(page, rows.count()) ?? (await snapshot.count(countSql(page.type, page.where)));
    return geojsonTail({ matched, returned: rows.count(), timeStamp }, srid);
  });
}

/** A page that is not full, and not beyond the end, ends with the last feature. */
function impliedTotal({ limit, offset }: FeaturePage, returned: number): number | null {
  return returned < limit && (returned > 0 || offset === 0) ? offset + returned : null;
}

/** GML tells both numbers in its first tag, so the count comes first, on the same snapshot. */
async function gmlPage(answer: Answer): Promise<Readable> {
  const { snapshot, page, request, context } = answer;
  const timeStamp = new Date();
  if (request.byId) return loneFeature(answer, await snapshot.copy(pageSql(page), ''));
  const matched = await snapshot.count(countSql(page.type, page.where));
  const returned = Math.min(page.limit, Math.max(0, matched - page.offset));
  const pageable = page.sortBy.length > 0 || page.type.source.primaryKey.length > 0;
  const position = { startIndex: page.offset, count: page.limit, returned, matched };
  const { head, tail } = gmlCollection({
    types: [page.type],
    serviceUrl: context.serviceUrl,
    matched,
    returned,
    timeStamp,
    ...pageLinks(position, context.serviceUrl, context.query, pageable),
  });
  const rows = await snapshot.copy(pageSql(page), '');
  return streamDocument(answer, rows, head, async () => {
    if (rows.count() !== returned) throw new Error(`${rows.count()} features came where ${returned} were announced`);
    return tail;
  });
}

/** GetFeatureById answers the feature itself (OGC 09-025r2 §7.9.3.6). */
function loneFeature(answer: Answer, rows: RowStream): Readable {
  const { filter, format } = answer.request;
  if (rows.first.done === true) {
    const id = filter.kind === 'ids' ? filter.ids[0] : '';
    throw new OwsException('NotFound', `No feature has the identifier ${id}`, 'id', 404);
  }
  const head = format === 'gml32' ? '<?xml version="1.0" encoding="UTF-8"?>' : '';
  return streamDocument(answer, rows, head, async () => '');
}

/** Joins head, rows and tail. A reader that leaves, like a fault, drops the connection to the database at once. */
function streamDocument(
  { snapshot, patienceMs }: Answer,
  rows: RowStream,
  head: string,
  tail: () => Promise<string>,
): Readable {
  async function* document(): AsyncGenerator<Buffer> {
    if (head !== '') yield Buffer.from(head);
    for (let chunk = rows.first; chunk.done !== true; chunk = await rows.chunks.next()) yield chunk.value;
    const last = Buffer.from(await tail());
    await snapshot.close();
    if (last.length > 0) yield last;
  }
  return followReader(document(), patienceMs, () => snapshot.abort());
}
