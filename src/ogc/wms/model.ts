import type { GeographicBox } from '../../geo/bbox.js';
import type { Column, FeatureTable } from '../feature-table.js';
import type { StyleModel } from '../sld/model.js';

/** A published layer: the snapshot an offering keeps, plain JSON. It is a group whose members cannot be addressed. */
export interface WmsLayer {
  /** Id of the offering. */
  readonly offering: string;
  /** Changes at each publication: what is cached under it never goes stale. */
  readonly revision: string;
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly keywords: readonly string[];
  readonly bbox: GeographicBox | null;
  /** The first lies on top and is painted last (spec diffusion §2.2). */
  readonly relations: readonly WmsRelation[];
}

/** One table of a layer, with its style. */
export interface WmsRelation {
  readonly name: string;
  readonly source: FeatureTable;
  /** `null`: the default blue style. */
  readonly style: StyleModel | null;
  /** Name of the static that holds the style. */
  readonly styleName: string | null;
}

/**
 * The attributes that GetFeatureInfo tells: keys are in the ids and not among the attributes, as GeoServer has it by
 * default.
 */
export function infoColumns({ source }: WmsRelation): readonly Column[] {
  return source.columns.filter(({ name }) => !source.primaryKey.includes(name));
}
