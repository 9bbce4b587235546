import type { GeographicBox } from '../../geo/bbox.js';
import type { Column, FeatureTable } from '../feature-table.js';
import { xmlName } from './xml-name.js';

/** A published feature type: the snapshot an offering keeps, plain JSON. */
export interface FeatureType {
  /** Namespace prefix: the configuration's `layer_name`. */
  readonly prefix: string;
  /** Local name: the relation's `public_name`. */
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly keywords: readonly string[];
  readonly source: FeatureTable;
  /** Whether the primary key is served as an attribute; feature ids hold it either way. */
  readonly exposePrimaryKey: boolean;
  readonly bbox: GeographicBox | null;
}

/** `layer_name:public_name`, the name requests use. */
export function qualifiedName(type: FeatureType): string {
  return `${type.prefix}:${type.name}`;
}

/** Namespace of a feature type: `http://{layer_name}` (diffusion.md §4). */
export function namespaceUri(type: FeatureType): string {
  return `http://${type.prefix}`;
}

/** The attributes clients see, in table order: all of them, the primary key only when it is exposed. */
export function publicColumns(type: FeatureType): readonly Column[] {
  if (type.exposePrimaryKey) return type.source.columns;
  return type.source.columns.filter((column) => !type.source.primaryKey.includes(column.name));
}

/** The attribute with this name, or whose XML element has it (schemas tell no other), if clients may see it. */
export function publicColumn(type: FeatureType, name: string): Column | undefined {
  const columns = publicColumns(type);
  return columns.find((column) => column.name === name) ?? columns.find((column) => xmlName(column.name) === name);
}

/** Feature types by namespace, in the order in which namespaces first appear. */
export function groupByNamespace(types: readonly FeatureType[]): Map<string, FeatureType[]> {
  const groups = new Map<string, FeatureType[]>();
  for (const type of types) groups.set(namespaceUri(type), [...(groups.get(namespaceUri(type)) ?? []), type]);
  return groups;
}
