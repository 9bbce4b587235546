import { columnKind, type Column, type ColumnKind, type GeometryColumn } from '../feature-table.js';
import { el, renderXml, type XmlElement } from '../xml.js';
import { groupByNamespace, namespaceUri, publicColumns, qualifiedName, type FeatureType } from './model.js';
import { xmlName } from './xml-name.js';

/** DescribeFeatureType answers: the application schema in XSD (OGC 09-025r2 §9) and GeoServer's JSON variant of it. */

const XSD_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'string',
  short: 'short',
  integer: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'dateTime',
  binary: 'base64Binary',
  other: 'string',
};

/** GML property types by PostGIS type; anything else is a geometry of any kind. */
const GML_TYPES: Readonly<Record<string, string>> = {
  POINT: 'Point',
  MULTIPOINT: 'MultiPoint',
  LINESTRING: 'Curve',
  COMPOUNDCURVE: 'Curve',
  CIRCULARSTRING: 'Curve',
  MULTILINESTRING: 'MultiCurve',
  MULTICURVE: 'MultiCurve',
  POLYGON: 'Surface',
  CURVEPOLYGON: 'Surface',
  MULTIPOLYGON: 'MultiSurface',
  MULTISURFACE: 'MultiSurface',
};

/** The GML property type of a geometry column, without prefix: `MultiSurfacePropertyType`. */
export function gmlPropertyType({ type }: GeometryColumn): string {
  const name = type.toUpperCase();
  return `${Object.hasOwn(GML_TYPES, name) ? GML_TYPES[name] : 'Geometry'}PropertyType`;
}

/**
 * Writes the schema of some feature types. Types of one namespace are described in the document; when there are
 * several namespaces, each is imported from a request of its own, since a schema has one target namespace.
 * @param types at least one
 * @param serviceUrl public URL of the service, without query
 */
export function featureTypeSchema(types: readonly FeatureType[], serviceUrl: string): string {
  const byNamespace = groupByNamespace(types);
  return renderXml(byNamespace.size === 1 ? targetSchema(types, serviceUrl) : importingSchema(byNamespace, serviceUrl));
}

function importingSchema(byNamespace: ReadonlyMap<string, readonly FeatureType[]>, serviceUrl: string): XmlElement {
  const imports = [...byNamespace].map(([namespace, types]) =>
    el('xsd:import', { namespace, schemaLocation: describeUrl(types, serviceUrl) }),
  );
  return el(
    'xsd:schema',
    { 'xmlns:xsd': 'http://www.w3.org/2001/XMLSchema', elementFormDefault: 'qualified' },
    imports,
  );
}

/** The URL that describes these types. */
export function describeUrl(types: readonly FeatureType[], serviceUrl: string): string {
  const typeNames = encodeURIComponent(types.map(qualifiedName).join(','));
  return `${serviceUrl}?service=WFS&version=2.0.0&request=DescribeFeatureType&typeNames=${typeNames}`;
}

function targetSchema(types: readonly FeatureType[], serviceUrl: string): XmlElement {
  const [{ prefix }, targetNamespace] = [types[0] ?? { prefix: '' }, types.map(namespaceUri)[0] ?? ''];
  return el(
    'xsd:schema',
    {
      [`xmlns:${prefix}`]: targetNamespace,
      'xmlns:gml': 'http://www.opengis.net/gml/3.2',
      'xmlns:wfs': 'http://www.opengis.net/wfs/2.0',
      // Clients look for prefixed type names: `xsd` must be a prefix, not the default namespace.
      'xmlns:xsd': 'http://www.w3.org/2001/XMLSchema',
      elementFormDefault: 'qualified',
      targetNamespace,
    },
    el('xsd:import', {
      namespace: 'http://www.opengis.net/gml/3.2',
      schemaLocation: `${serviceUrl}/schemas/gml/3.2.1/gml.xsd`,
    }),
    types.map((type) => [
      complexType(type),
      el('xsd:element', {
        name: type.name,
        substitutionGroup: 'gml:AbstractFeature',
        type: `${prefix}:${type.name}Type`,
      }),
    ]),
  );
}

function complexType(type: FeatureType): XmlElement {
  const elements = properties(type).map(({ name, nullable, xsdType }) =>
    el('xsd:element', {
      maxOccurs: 1,
      minOccurs: nullable ? 0 : 1,
      name,
      nillable: nullable,
      type: xsdType,
    }),
  );
  return el(
    'xsd:complexType',
    { name: `${type.name}Type` },
    el(
      'xsd:complexContent',
      {},
      el('xsd:extension', { base: 'gml:AbstractFeatureType' }, el('xsd:sequence', {}, elements)),
    ),
  );
}

interface Property {
  readonly name: string;
  readonly nullable: boolean;
  readonly xsdType: string;
  readonly localType: string;
}

/** Attributes in table order, then the geometry: the order in which features are encoded. */
function properties(type: FeatureType): Property[] {
  const attributes = publicColumns(type).map((column: Column): Property => {
    const localType = XSD_TYPES[columnKind(column.type)];
    return { name: xmlName(column.name), nullable: column.nullable, xsdType: `xsd:${localType}`, localType };
  });
  const { geometry } = type.source;
  if (geometry === null) return attributes;
  const localType = geometry.type;
  return [
    ...attributes,
    { name: xmlName(geometry.column), nullable: true, xsdType: `gml:${gmlPropertyType(geometry)}`, localType },
  ];
}

/** GeoServer's JSON schema of feature types. With several namespaces, type names are qualified. */
export function featureTypeJson(types: readonly FeatureType[]): string {
  const [first] = types;
  const several = types.some((type) => type.prefix !== first?.prefix);
  return JSON.stringify({
    elementFormDefault: 'qualified',
    targetNamespace: first === undefined ? '' : namespaceUri(first),
    targetPrefix: first?.prefix ?? '',
    featureTypes: types.map((type) => ({
      typeName: several ? qualifiedName(type) : type.name,
      properties: properties(type).map(({ name, nullable, xsdType, localType }) => ({
        name,
        maxOccurs: 1,
        minOccurs: nullable ? 0 : 1,
        nillable: nullable,
        type: xsdType.startsWith('gml:') ? `gml:${localType}` : xsdType,
        localType,
      })),
    })),
  });
}
