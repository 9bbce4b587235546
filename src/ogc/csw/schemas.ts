import { OwsException } from '../ows/exceptions.js';
import type { OutputSchema, RecordTypeName } from './model.js';

/** Namespaces of the answers, and the names by which clients ask for schemas and types of records. */

export const NAMESPACES = {
  csw: 'http://www.opengis.net/cat/csw/2.0.2',
  dc: 'http://purl.org/dc/elements/1.1/',
  dct: 'http://purl.org/dc/terms/',
  dcat: 'http://www.w3.org/ns/dcat#',
  gco: 'http://www.isotc211.org/2005/gco',
  gmd: 'http://www.isotc211.org/2005/gmd',
  gml: 'http://www.opengis.net/gml',
  mdb: 'http://standards.iso.org/iso/19115/-3/mdb/2.0',
  ogc: 'http://www.opengis.net/ogc',
  ows: 'http://www.opengis.net/ows',
  xlink: 'http://www.w3.org/1999/xlink',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
} as const;

/** Attributes that declare namespaces. */
export function declare(...prefixes: readonly (keyof typeof NAMESPACES)[]): Record<string, string> {
  return Object.fromEntries(prefixes.map((prefix) => [`xmlns:${prefix}`, NAMESPACES[prefix]]));
}

/** What `outputSchema` may be, in the order of the capabilities. */
export const OUTPUT_SCHEMAS: readonly (readonly [uri: string, schema: OutputSchema])[] = [
  [NAMESPACES.csw, 'dc'],
  [NAMESPACES.gmd, 'gmd'],
  [NAMESPACES.mdb, 'mdb'],
  [NAMESPACES.dcat, 'dcat'],
  ['own', 'own'],
];

const SHORT_NAMES: Readonly<Record<string, OutputSchema>> = {
  'csw:record': 'dc',
  'csw:isorecord': 'gmd',
  csw: 'dc',
  dc: 'dc',
  gmd: 'gmd',
  mdb: 'mdb',
  dcat: 'dcat',
};

/** @throws OwsException for a schema that is not written; `undefined` is Dublin Core */
export function readOutputSchema(text: string | undefined): OutputSchema {
  if (text === undefined) return 'dc';
  const name = text.toLowerCase();
  const schema =
    OUTPUT_SCHEMAS.find(([uri]) => uri === text)?.[1] ??
    (Object.hasOwn(SHORT_NAMES, name) ? SHORT_NAMES[name] : undefined);
  if (schema !== undefined) return schema;
  throw new OwsException('InvalidParameterValue', `The output schema ${text} is not supported`, 'outputSchema');
}

/** The URI of a schema, for `recordSchema`. */
export function schemaUri(schema: OutputSchema): string {
  return OUTPUT_SCHEMAS.find(([, known]) => known === schema)?.[0] ?? NAMESPACES.csw;
}

/** Types of records that queries may name. The catalogue holds metadata only, which every type shows. */
export const TYPE_NAMES = [
  'csw:Record',
  'gmd:MD_Metadata',
  'mdb:MD_Metadata',
  'gfc:FC_FeatureCatalogue',
  'dcat',
] as const;

const LOCAL_TYPE_NAMES = new Set([
  'record',
  'briefrecord',
  'summaryrecord',
  'md_metadata',
  'mi_metadata',
  'fc_featurecatalogue',
  'dcat',
  'dataset',
]);

/** Names of types, whatever their prefixes. @throws OwsException */
export function readTypeNames(names: readonly string[], locator: string): RecordTypeName[] {
  return names.map((name) => {
    const [, braced, prefix = '', local = name] = /^(?:\{(.*)\}|(?:(.*):)?)([^:}]*)$/.exec(name) ?? [];
    if (!LOCAL_TYPE_NAMES.has(local.toLowerCase())) {
      throw new OwsException('InvalidParameterValue', `The type ${name} is not known`, locator);
    }
    const usual = Object.entries(NAMESPACES).find(([known]) => known === prefix.toLowerCase())?.[1];
    return { local: local.toLowerCase(), namespace: braced ?? usual ?? null };
  });
}
