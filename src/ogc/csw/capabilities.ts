import { el, renderXml, type XmlElement } from '../xml.js';
import { inspireCapabilities } from './inspire.js';
import { CSW_VERSION, type Section } from './model.js';
import { PARAMETERS } from './parameters.js';
import { ANY_TEXT, BOUNDING_BOX, QUERYABLES } from './queryables.js';
import { declare, NAMESPACES } from './schemas.js';

/** The capabilities of a catalogue (OGC 07-006r1 §10.4). */
export interface CatalogueDescription {
  /** Public URL of the service, without query. */
  readonly serviceUrl: string;
  readonly title: string;
  readonly abstract: string;
  /** Who answers for the metadata of an INSPIRE discovery service; `null` for another catalogue. */
  readonly inspireContact: string | null;
}

export function cswCapabilities(catalogue: CatalogueDescription, sections: readonly Section[]): string {
  const wanted = new Set(sections);
  return renderXml(
    el(
      'csw:Capabilities',
      {
        ...declare('csw', 'dc', 'dct', 'gmd', 'gml', 'ogc', 'ows', 'xlink', 'xsi'),
        version: CSW_VERSION,
        'xsi:schemaLocation': `${NAMESPACES.csw} http://schemas.opengis.net/csw/2.0.2/CSW-discovery.xsd`,
      },
      wanted.has('ServiceIdentification') && serviceIdentification(catalogue),
      wanted.has('ServiceProvider') && serviceProvider(catalogue),
      wanted.has('OperationsMetadata') && operationsMetadata(catalogue),
      // Mandatory in the schema, so always there.
      filterCapabilities(),
    ),
  );
}

function serviceIdentification({ title, abstract }: CatalogueDescription): XmlElement {
  return el(
    'ows:ServiceIdentification',
    {},
    el('ows:Title', {}, title),
    el('ows:Abstract', {}, abstract),
    el('ows:Keywords', {}, el('ows:Keyword', {}, 'CSW'), el('ows:Keyword', {}, 'Géoplateforme')),
    el('ows:ServiceType', {}, 'CSW'),
    el('ows:ServiceTypeVersion', {}, CSW_VERSION),
    el('ows:Fees', {}, 'NONE'),
    el('ows:AccessConstraints', {}, 'NONE'),
  );
}

function serviceProvider({ serviceUrl }: CatalogueDescription): XmlElement {
  return el(
    'ows:ServiceProvider',
    {},
    el('ows:ProviderName', {}, 'geopf-local'),
    el('ows:ProviderSite', { 'xlink:href': new URL(serviceUrl).origin }),
    el('ows:ServiceContact', {}),
  );
}

function operationsMetadata({ serviceUrl, inspireContact }: CatalogueDescription): XmlElement {
  const operation = (name: string, ...content: readonly (XmlElement | readonly XmlElement[])[]): XmlElement =>
    el(
      'ows:Operation',
      { name },
      el(
        'ows:DCP',
        {},
        el(
          'ows:HTTP',
          {},
          el('ows:Get', { 'xlink:href': serviceUrl }),
          el(
            'ows:Post',
            { 'xlink:href': serviceUrl },
            el('ows:Constraint', { name: 'PostEncoding' }, el('ows:Value', {}, 'XML')),
          ),
        ),
      ),
      ...content.flat(),
    );
  return el(
    'ows:OperationsMetadata',
    {},
    operation('GetCapabilities', parameters('GetCapabilities')),
    operation('DescribeRecord', parameters('DescribeRecord')),
    operation('GetDomain'),
    operation(
      'GetRecords',
      parameters('GetRecords'),
      queryables('SupportedISOQueryables'),
      queryables('AdditionalQueryables'),
    ),
    operation('GetRecordById', parameters('GetRecordById')),
    list('ows:Parameter', 'service', ['CSW']),
    list('ows:Parameter', 'version', [CSW_VERSION]),
    list('ows:Constraint', 'PostEncoding', ['XML']),
    inspireContact !== null && inspireCapabilities({ serviceUrl, email: inspireContact }),
  );
}

function parameters(operation: string): XmlElement[] {
  return Object.entries(PARAMETERS[operation] ?? {}).map(([name, values]) => list('ows:Parameter', name, values));
}

function list(element: string, name: string, values: readonly string[]): XmlElement {
  return el(
    element,
    { name },
    values.map((value) => el('ows:Value', {}, value)),
  );
}

function queryables(name: 'SupportedISOQueryables' | 'AdditionalQueryables'): XmlElement {
  const names = QUERYABLES.filter((one) => one.list === name).map((one) => one.name);
  const all = name === 'SupportedISOQueryables' ? [...names, ANY_TEXT, BOUNDING_BOX] : names;
  return list('ows:Constraint', name, all.toSorted());
}

const GEOMETRIES = ['gml:Envelope', 'gml:Point', 'gml:LineString', 'gml:Polygon'] as const;
const SPATIAL_OPERATORS = [
  'BBOX',
  'Equals',
  'Overlaps',
  'Disjoint',
  'Intersects',
  'Touches',
  'Crosses',
  'Within',
  'Contains',
  'Beyond',
  'DWithin',
] as const;
const COMPARISONS = [
  'EqualTo',
  'NotEqualTo',
  'LessThan',
  'GreaterThan',
  'LessThanEqualTo',
  'GreaterThanEqualTo',
  'Like',
  'Between',
  'NullCheck',
] as const;

/** Filter Encoding 1.1 (OGC 04-095 §17). */
function filterCapabilities(): XmlElement {
  return el(
    'ogc:Filter_Capabilities',
    {},
    el(
      'ogc:Spatial_Capabilities',
      {},
      el(
        'ogc:GeometryOperands',
        {},
        GEOMETRIES.map((name) => el('ogc:GeometryOperand', {}, name)),
      ),
      el(
        'ogc:SpatialOperators',
        {},
        SPATIAL_OPERATORS.map((name) => el('ogc:SpatialOperator', { name })),
      ),
    ),
    el(
      'ogc:Scalar_Capabilities',
      {},
      el('ogc:LogicalOperators'),
      el(
        'ogc:ComparisonOperators',
        {},
        COMPARISONS.map((name) => el('ogc:ComparisonOperator', {}, name)),
      ),
    ),
    el('ogc:Id_Capabilities', {}, el('ogc:EID'), el('ogc:FID')),
  );
}
