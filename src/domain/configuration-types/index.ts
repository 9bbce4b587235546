import { ApiError } from '../../errors.js';
import type { Db } from '../database.js';
import { altimetry } from './altimetry.js';
import type { ConfigurationContent, ConfigurationType, ConfigurationTypeDefinition } from './definition.js';
import { download } from './download.js';
import { vectorTms } from './vector-tms.js';
import { wfs } from './wfs.js';
import { wmsRaster } from './wms-raster.js';
import { wmsVector } from './wms-vector.js';
import { wmtsTms } from './wmts-tms.js';

/** The configuration types that can be published. Answers show the first whose shape fits: the strictest come first. */
const DEFINITIONS = {
  'WMS-VECTOR': wmsVector,
  WFS: wfs,
  'WMS-RASTER': wmsRaster,
  'WMTS-TMS': wmtsTms,
  ALTIMETRY: altimetry,
  DOWNLOAD: download,
  'VECTOR-TMS': vectorTms,
} as const satisfies Partial<Record<ConfigurationType, ConfigurationTypeDefinition>>;

/** Names of those types. */
export const PUBLISHABLE_TYPES: readonly string[] = Object.keys(DEFINITIONS);

/** Shapes of their `type_infos`. */
export const TYPE_INFOS_SCHEMAS = Object.values(DEFINITIONS).map(({ schema }) => schema);

/**
 * What is known of a configuration type.
 * @throws ApiError not_implemented for one that cannot be published yet
 */
export function definitionOf(type: ConfigurationType): ConfigurationTypeDefinition {
  const known: Partial<Record<ConfigurationType, ConfigurationTypeDefinition>> = DEFINITIONS;
  const definition = known[type];
  if (definition === undefined) {
    throw new ApiError('not_implemented', `Les configurations de type ${type} ne sont pas encore prises en charge.`);
  }
  return definition;
}

/** The entities that a configuration names. */
export function usedEntities({ type, typeInfos }: ConfigurationContent) {
  return definitionOf(type).uses(typeInfos);
}

/** What the producer of a configuration must see although it is accepted: French sentences. */
export async function noticesOf(db: Db, { type, typeInfos }: ConfigurationContent): Promise<string[]> {
  return (await definitionOf(type).notices?.(db, typeInfos)) ?? [];
}
