import type { Column, GeometryColumn } from '../../src/ogc/feature-table.js';
import type { FeatureType } from '../../src/ogc/wfs/model.js';

/** Schema of the tables of tests. */
export const SCHEMA = 'sd_test';

/** A feature type over a table of {@link SCHEMA}. */
export function featureType(
  name: string,
  columns: readonly string[],
  geometry: Omit<GeometryColumn, 'hasZ'> | null,
  overrides: Partial<FeatureType> & { readonly primaryKey?: readonly string[] } = {},
): FeatureType {
  const { primaryKey = ['gid'], ...rest } = overrides;
  return {
    prefix: 'demo',
    name,
    title: `Titre ${name}`,
    abstract: `Résumé <${name}>`,
    keywords: ['un', 'deux'],
    source: {
      schema: SCHEMA,
      table: name,
      columns: columns.map(readColumn),
      geometry: geometry === null ? null : { ...geometry, hasZ: false },
      primaryKey,
    },
    exposePrimaryKey: false,
    bbox: { west: 1, south: 48, east: 2, north: 49 },
    ...rest,
  };
}

/** `name type` or `name type not null`. */
function readColumn(text: string): Column {
  const [, name = '', type = '', required] = /^(\S+) (.*?)( not null)?$/.exec(text) ?? [];
  return { name, type, nullable: required === undefined };
}

/** The type of this qualified name, among published ones. */
export function typeNamed(
  { types }: { readonly types: readonly FeatureType[] },
  name: string,
): FeatureType | undefined {
  return types.find((type) => `${type.prefix}:${type.name}` === name);
}
