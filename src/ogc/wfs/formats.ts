/** Encodings of features and schemas, and the names clients give them (diffusion.md §4). */

export type FeatureFormat = 'geojson' | 'gml32';

/** Names as advertised, the default first. Values are compared with regard to case, as the platform does. */
const FEATURE_FORMATS: readonly (readonly [name: string, format: FeatureFormat])[] = [
  ['application/gml+xml; version=3.2', 'gml32'],
  ['gml32', 'gml32'],
  ['text/xml; subtype=gml/3.2', 'gml32'],
  ['application/json', 'geojson'],
  ['json', 'geojson'],
];

export type SchemaFormat = 'xsd' | 'json';

const SCHEMA_FORMATS: readonly (readonly [name: string, format: SchemaFormat])[] = [
  ['application/gml+xml; version=3.2', 'xsd'],
  ['gml32', 'xsd'],
  ['text/xml; subtype=gml/3.2', 'xsd'],
  ['application/json', 'json'],
  ['json', 'json'],
];

export const FEATURE_FORMAT_NAMES: readonly string[] = FEATURE_FORMATS.map(([name]) => name);
export const SCHEMA_FORMAT_NAMES: readonly string[] = SCHEMA_FORMATS.map(([name]) => name);

/** Content type of each encoding. */
export const FEATURE_CONTENT_TYPES: Readonly<Record<FeatureFormat, string>> = {
  geojson: 'application/json;charset=UTF-8',
  gml32: 'application/gml+xml; version=3.2',
};

/** The encoding a name stands for, `null` when there is none; absent means GML 3.2. */
export function featureFormat(name: string | undefined): FeatureFormat | null {
  return find(FEATURE_FORMATS, name);
}

/** The same for schemas; absent means XSD. */
export function schemaFormat(name: string | undefined): SchemaFormat | null {
  return find(SCHEMA_FORMATS, name);
}

function find<T>(formats: readonly (readonly [string, T])[], name: string | undefined): T | null {
  if (name === undefined) return formats[0]?.[1] ?? null;
  // A `+` that was not percent-encoded arrives as a space; spaces around `;` vary between clients.
  const wanted = name.replace('gml xml', 'gml+xml').replace(/\s*;\s*/g, '; ');
  return formats.find(([known]) => known === wanted)?.[1] ?? null;
}
