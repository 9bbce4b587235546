import { el, renderXml, type XmlElement } from '../xml.js';
import type { RecordTypeName } from './model.js';
import { declare, NAMESPACES } from './schemas.js';

/** DescribeRecord: schemas that bring in those that OGC and ISO publish. */

interface RecordType {
  readonly names: readonly string[];
  readonly namespace: string;
  readonly location: string;
}

const TYPES: readonly RecordType[] = [
  {
    names: ['record', 'briefrecord', 'summaryrecord'],
    namespace: NAMESPACES.csw,
    location: 'http://schemas.opengis.net/csw/2.0.2/record.xsd',
  },
  {
    names: ['md_metadata', 'mi_metadata'],
    namespace: NAMESPACES.gmd,
    location: 'http://schemas.opengis.net/iso/19139/20070417/gmd/gmd.xsd',
  },
  {
    names: ['md_metadata'],
    namespace: NAMESPACES.mdb,
    location: 'https://schemas.isotc211.org/19115/-3/mdb/2.0/mdb.xsd',
  },
  {
    names: ['fc_featurecatalogue'],
    namespace: 'http://www.isotc211.org/2005/gfc',
    location: 'http://www.isotc211.org/2005/gfc/gfc.xsd',
  },
];

/** @param typeNames empty: all */
export function describeRecordResponse(typeNames: readonly RecordTypeName[]): string {
  const types = TYPES.filter(
    (type) =>
      typeNames.length === 0 ||
      typeNames.some(
        ({ local, namespace }) => type.names.includes(local) && (namespace === null || namespace === type.namespace),
      ),
  );
  return renderXml(el('csw:DescribeRecordResponse', declare('csw'), types.map(schemaComponent)));
}

function schemaComponent({ namespace, location }: RecordType): XmlElement {
  return el(
    'csw:SchemaComponent',
    { targetNamespace: namespace, schemaLanguage: 'http://www.w3.org/XML/Schema' },
    el(
      'xs:schema',
      { 'xmlns:xs': 'http://www.w3.org/2001/XMLSchema', targetNamespace: namespace, elementFormDefault: 'qualified' },
      el('xs:include', { schemaLocation: location }),
    ),
  );
}
