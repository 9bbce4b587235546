import type { GeographicBox } from '../../geo/bbox.js';
import type { FeatureTable } from '../feature-table.js';

/** A table served as vector tiles made on the fly: the snapshot an offering keeps, plain JSON. */
export interface TiledTable {
  /** Id of the offering. */
  readonly offering: string;
  /** Changes at each publication: what is prepared under it never goes stale. */
  readonly revision: string;
  /** The configuration's `layer_name`, which pg_tileserv would call the schema. */
  readonly layer: string;
  /** The relation's public name. */
  readonly name: string;
  readonly abstract: string;
  /** Its geometry has a reference system. */
  readonly source: FeatureTable;
  readonly bbox: GeographicBox | null;
}

/** `layer_name.public_name`, the name requests use. */
export function tableId(table: Pick<TiledTable, 'layer' | 'name'>): string {
  return `${table.layer}.${table.name}`;
}
