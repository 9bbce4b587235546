import { toUrn } from '../../geo/crs.js';
import { el, renderElement, renderXml } from '../xml.js';
import { describeUrl } from './describe.js';
import { groupByNamespace, namespaceUri, type FeatureType } from './model.js';

/** What stands before and after the features of a GetFeature answer. The features themselves come from PostGIS. */

export interface PageInfo {
  readonly types: readonly FeatureType[];
  readonly serviceUrl: string;
  /** All the features that fit the query. */
  readonly matched: number;
  /** Those in this answer. */
  readonly returned: number;
  readonly timeStamp: Date;
  /** Addresses of the neighbouring pages, when there are any. */
  readonly next: string | null;
  readonly previous: string | null;
}

/** `wfs:FeatureCollection` up to its first member, and the closing tag (OGC 09-025r2 §11.3). */
export function gmlCollection(page: PageInfo): { readonly head: string; readonly tail: string } {
  const whole = renderXml(
    el('wfs:FeatureCollection', {
      'xmlns:wfs': 'http://www.opengis.net/wfs/2.0',
      'xmlns:gml': 'http://www.opengis.net/gml/3.2',
      'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      ...namespaces(page.types),
      numberMatched: page.matched,
      numberReturned: page.returned,
      timeStamp: page.timeStamp.toISOString(),
      next: page.next ?? undefined,
      previous: page.previous ?? undefined,
      'xsi:schemaLocation': schemaLocations(page.types, page.serviceUrl),
    }),
  );
  return { head: whole.replace(/\/>$/, '>'), tail: '</wfs:FeatureCollection>' };
}

/** Namespace declarations of the types, one per prefix. */
export function namespaces(types: readonly FeatureType[]): Record<string, string> {
  return Object.fromEntries(types.map((type) => [`xmlns:${type.prefix}`, namespaceUri(type)]));
}

function schemaLocations(types: readonly FeatureType[], serviceUrl: string): string {
  const own = [...groupByNamespace(types)].map(
    ([namespace, group]) => `${namespace} ${describeUrl(group, serviceUrl)}`,
  );
  return [
    'http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd',
    `http://www.opengis.net/gml/3.2 ${serviceUrl}/schemas/gml/3.2.1/gml.xsd`,
    ...own,
  ].join(' ');
}

export const GEOJSON_HEAD = '{"type":"FeatureCollection","features":[';

/** What follows the features in GeoServer's GeoJSON; `srid` is `null` when nothing has coordinates. */
export function geojsonTail(page: Pick<PageInfo, 'matched' | 'returned' | 'timeStamp'>, srid: number | null): string {
  const rest = {
    totalFeatures: page.matched,
    numberMatched: page.matched,
    numberReturned: page.returned,
    timeStamp: page.timeStamp.toISOString(),
    crs: srid === null ? null : { type: 'name', properties: { name: toUrn(srid) } },
  };
  return `],${JSON.stringify(rest).slice(1)}`;
}

const PAGE_PARAMETERS = new Set(['startindex', 'count', 'maxfeatures']);

/**
 * The neighbouring pages of a request.
 * @param query the query of the request, as received
 * @param pageable whether `startIndex` can be used (there is an order)
 */
export function pageLinks(
  page: { readonly startIndex: number; readonly count: number; readonly returned: number; readonly matched: number },
  serviceUrl: string,
  query: string,
  pageable: boolean,
): { readonly next: string | null; readonly previous: string | null } {
  const link = (startIndex: number, count: number): string => {
    const kept = [...new URLSearchParams(query)].filter(([name]) => !PAGE_PARAMETERS.has(name.toLowerCase()));
    const parameters = new URLSearchParams([...kept, ['STARTINDEX', `${startIndex}`], ['COUNT', `${count}`]]);
    return `${serviceUrl}?${parameters.toString()}`;
  };
  const { startIndex, count, returned, matched } = page;
  const end = startIndex + returned;
  return {
    next: pageable && returned > 0 && end < matched ? link(end, count) : null,
    previous: pageable && startIndex > 0 ? link(Math.max(0, startIndex - count), Math.min(count, startIndex)) : null,
  };
}

const STORED_QUERY_NAMESPACES = {
  'xmlns:wfs': 'http://www.opengis.net/wfs/2.0',
  'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
} as const;

/** ListStoredQueries (§14.3): GetFeatureById, which may return any published type. */
export function storedQueryList(id: string, types: readonly FeatureType[]): string {
  return renderXml(
    el(
      'wfs:ListStoredQueriesResponse',
      { ...STORED_QUERY_NAMESPACES, ...namespaces(types) },
      el(
        'wfs:StoredQuery',
        { id },
        el('wfs:Title', {}, 'Get feature by identifier'),
        types.map((type) => el('wfs:ReturnFeatureType', {}, `${type.prefix}:${type.name}`)),
      ),
    ),
  );
}

/** DescribeStoredQueries (§14.4). */
export function storedQueryDescription(id: string): string {
  return renderXml(
    el(
      'wfs:DescribeStoredQueriesResponse',
      STORED_QUERY_NAMESPACES,
      el(
        'wfs:StoredQueryDescription',
        { id },
        el('wfs:Title', {}, 'Get feature by identifier'),
        el('wfs:Parameter', { name: 'id', type: 'xs:string' }),
        el('wfs:QueryExpressionText', {
          isPrivate: true,
          language: 'urn:ogc:def:queryLanguage:OGC-WFS::WFSQueryExpression',
          returnFeatureTypes: '',
        }),
      ),
    ),
  );
}

/** The declarations a feature needs when it stands alone as a document (GetFeatureById). */
export function loneFeatureNamespaces(type: FeatureType): string {
  const attributes = { 'xmlns:gml': 'http://www.opengis.net/gml/3.2', ...namespaces([type]) };
  return renderElement(el('x', attributes)).slice(2, -2);
}
