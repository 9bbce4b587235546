import type { GeographicBox } from '../../geo/bbox.js';
import { toUrn } from '../../geo/crs.js';
import { el, RenderedXml, renderXml, type XmlElement } from '../xml.js';
import { filterCapabilities } from './filter-capabilities.js';
import { FEATURE_FORMAT_NAMES, SCHEMA_FORMAT_NAMES } from './formats.js';
import { namespaceUri, qualifiedName, type FeatureType } from './model.js';
import { WFS_VERSIONS } from './request.js';

/**
 * The WFS 2.0 capabilities document (OGC 09-025r2 §8.3).
 *
 * Clients constrain its very form (diffusion.md §4): the root is prefixed and its content is not, and no white space
 * stands between elements, since one reader takes every child node of FeatureTypeList for an element.
 */

export interface CapabilitiesInput {
  /** Public URL of the service, without query. */
  readonly serviceUrl: string;
  readonly types: readonly FeatureType[];
  /** Largest page of GetFeature. */
  readonly maxFeatures: number;
}

/** CRSs offered beside that of the data: those of the platform's viewers and of web maps. */
const OTHER_SRIDS = [4326, 3857, 2154] as const;

const CONFORMANCE: readonly (readonly [name: string, holds: boolean])[] = [
  ['ImplementsBasicWFS', true],
  ['ImplementsTransactionalWFS', false],
  ['ImplementsLockingWFS', false],
  ['KVPEncoding', true],
  ['XMLEncoding', false],
  ['SOAPEncoding', false],
  ['ImplementsInheritance', false],
  ['ImplementsRemoteResolve', false],
  ['ImplementsResultPaging', true],
  ['ImplementsStandardJoins', false],
  ['ImplementsSpatialJoins', false],
  ['ImplementsTemporalJoins', false],
  ['ImplementsFeatureVersioning', false],
  ['ManageStoredQueries', false],
  ['PagingIsTransactionSafe', false],
];

/** Writes the document. */
export function wfsCapabilities({ serviceUrl, types, maxFeatures }: CapabilitiesInput): string {
  return renderXml(
    el(
      'wfs:WFS_Capabilities',
      {
        version: WFS_VERSIONS[0],
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        xmlns: 'http://www.opengis.net/wfs/2.0',
        'xmlns:wfs': 'http://www.opengis.net/wfs/2.0',
        'xmlns:ows': 'http://www.opengis.net/ows/1.1',
        'xmlns:gml': 'http://www.opengis.net/gml/3.2',
        'xmlns:fes': 'http://www.opengis.net/fes/2.0',
        'xmlns:xlink': 'http://www.w3.org/1999/xlink',
        'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
        'xsi:schemaLocation': 'http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd',
      },
      serviceIdentification(),
      el('ows:ServiceProvider', {}, el('ows:ProviderName', {}, 'geopf-local'), el('ows:ServiceContact')),
      operationsMetadata(serviceUrl, maxFeatures),
      el('FeatureTypeList', {}, types.map(describedType)),
      filterCapabilities(),
    ),
  );
}

function serviceIdentification(): XmlElement {
  return el(
    'ows:ServiceIdentification',
    {},
    el('ows:Title', {}, 'Service de téléchargement WFS (émulateur)'),
    el('ows:Abstract', {}, 'Service WFS émulé de la Géoplateforme'),
    el('ows:Keywords', {}, el('ows:Keyword', {}, 'WFS'), el('ows:Keyword', {}, 'Géoplateforme')),
    el('ows:ServiceType', {}, 'WFS'),
    WFS_VERSIONS.map((version) => el('ows:ServiceTypeVersion', {}, version)),
    el('ows:Fees', {}, 'NONE'),
    el('ows:AccessConstraints', {}, 'NONE'),
  );
}

function operationsMetadata(serviceUrl: string, maxFeatures: number): XmlElement {
  const operation = (name: string, ...content: XmlElement[]): XmlElement =>
    el(
      'ows:Operation',
      { name },
      el('ows:DCP', {}, el('ows:HTTP', {}, el('ows:Get', { 'xlink:href': serviceUrl }))),
      ...content,
    );
  const countDefault = constraint('CountDefault', String(maxFeatures));
  return el(
    'ows:OperationsMetadata',
    {},
    operation('GetCapabilities', parameter('AcceptVersions', WFS_VERSIONS), parameter('AcceptFormats', ['text/xml'])),
    operation('DescribeFeatureType', parameter('outputFormat', SCHEMA_FORMAT_NAMES)),
    operation(
      'GetFeature',
      parameter('resultType', ['results', 'hits']),
      parameter('outputFormat', FEATURE_FORMAT_NAMES),
      countDefault,
    ),
    operation('ListStoredQueries'),
    operation('DescribeStoredQueries'),
    parameter('version', WFS_VERSIONS),
    CONFORMANCE.map(([name, holds]) => constraint(name, holds ? 'TRUE' : 'FALSE')),
    countDefault,
    el(
      'ows:Constraint',
      { name: 'QueryExpressions' },
      el('ows:AllowedValues', {}, el('ows:Value', {}, 'wfs:Query'), el('ows:Value', {}, 'wfs:StoredQuery')),
    ),
  );
}

function parameter(name: string, values: readonly string[]): XmlElement {
  return el(
    'ows:Parameter',
    { name },
    el(
      'ows:AllowedValues',
      {},
      values.map((value) => el('ows:Value', {}, value)),
    ),
  );
}

function constraint(name: string, value: string): XmlElement {
  return el('ows:Constraint', { name }, el('ows:NoValues'), el('ows:DefaultValue', {}, value));
}

/** Of the types that are published now: with thousands of them, describing each at every request takes long. */
const described = new WeakMap<FeatureType, RenderedXml>();

function describedType(type: FeatureType): RenderedXml {
  const known = described.get(type);
  if (known !== undefined) return known;
  const rendered = new RenderedXml(featureType(type));
  described.set(type, rendered);
  return rendered;
}

function featureType(type: FeatureType): XmlElement {
  const { geometry } = type.source;
  return el(
    'FeatureType',
    { [`xmlns:${type.prefix}`]: namespaceUri(type) },
    el('Name', {}, qualifiedName(type)),
    el('Title', {}, type.title),
    el('Abstract', {}, type.abstract),
    type.keywords.length > 0 &&
      el(
        'ows:Keywords',
        {},
        type.keywords.map((keyword) => el('ows:Keyword', {}, keyword)),
      ),
    geometry === null ? el('NoCRS') : crsList(geometry.srid),
    type.bbox !== null && boundingBox(type.bbox),
  );
}

function crsList(srid: number): XmlElement[] {
  const others = OTHER_SRIDS.filter((other) => other !== srid);
  return [el('DefaultCRS', {}, toUrn(srid)), ...others.map((other) => el('OtherCRS', {}, toUrn(other)))];
}

/** Longitude first, whatever the CRS (OWS Common 1.1 §10.2.2). */
function boundingBox({ west, south, east, north }: GeographicBox): XmlElement {
  return el(
    'ows:WGS84BoundingBox',
    {},
    el('ows:LowerCorner', {}, `${west} ${south}`),
    el('ows:UpperCorner', {}, `${east} ${north}`),
  );
}
