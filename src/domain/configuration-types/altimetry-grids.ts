import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import type { RasterPyramidInfos } from '../outcomes.js';
import type { HeldEntities } from './definition.js';

/** The pyramids of one channel that altimetry configurations name (spec diffusion §2.2). */

export interface UsedGrid {
  /** Id in lower case, as the registry has it. */
  readonly storedDataId: string;
  readonly sample: RasterPyramidInfos['channels_format'];
  /** `type_infos.used_data[0]` */
  readonly path: string;
}

const SAMPLES: Readonly<Record<RasterPyramidInfos['channels_format'], string>> = {
  FLOAT32: 'réel (FLOAT32)',
  UINT8: 'entier (UINT8)',
};

/** A sentence per pyramid whose pixels are not what they are used for. */
export function gridFaults(used: readonly UsedGrid[], { storedData }: HeldEntities): string[] {
  return used.flatMap(({ storedDataId, sample, path }) => {
    const infos = storedData.get(storedDataId)?.typeInfos as RasterPyramidInfos | null | undefined;
    if (infos === null || infos === undefined) return [];
    const { channels_format: format, channels_number: channels } = infos;
    if (format === sample && channels === 1) return [];
    const found = `${channels} ${channels === 1 ? 'canal' : 'canaux'} ${format}`;
    return [
      `${path}.stored_data : la pyramide ${storedDataId} doit avoir un seul canal ${SAMPLES[sample]}, elle a ${found}.`,
    ];
  });
}

/** The id of the most detailed of the levels of a pyramid. @throws Error when it has none of its set */
export function finestLevel({ tms, levels }: Pick<RasterPyramidInfos, 'tms' | 'levels'>): string {
  const known = new Set(levels);
  const finest = tileMatrixSets()
    .get(tms)
    ?.levels.findLast(({ id }) => known.has(id));
  if (finest === undefined) throw new Error(`no level of ${tms} among ${levels.join(', ')}`);
  return finest.id;
}
