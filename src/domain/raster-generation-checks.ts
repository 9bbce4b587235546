import { tileMatrixSets } from '../catalogue/tile-matrix-sets.js';

/** What is known to be wrong with a raster pyramid that is asked for, before it is made (lifecycle §4.6). */

interface AskedPyramid {
  readonly uploads: readonly string[];
  /** It updates another one, or itself. */
  readonly isUpdate: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The faults of a pyramid that is asked for, a French sentence each. */
export function rasterGenerationFaults({ uploads, isUpdate, parameters }: AskedPyramid): string[] {
  const faults: string[] = [];
  if (uploads.length === 0) faults.push('Le champ "inputs.upload" doit contenir au moins une livraison.');
  if (isUpdate) {
    faults.push("La mise à jour d'une pyramide raster n'est pas encore prise en charge par l'émulateur.");
    return faults;
  }
  for (const name of ['tms', 'compression']) {
    if (parameters[name] === undefined) {
      faults.push(`Le paramètre "${name}" est obligatoire pour une première génération.`);
    }
  }
  const set = typeof parameters.tms === 'string' ? tileMatrixSets().get(parameters.tms) : undefined;
  if (set === undefined) return faults;
  const ranks = ['top', 'bottom'].map((name) => {
    const id = parameters[name];
    if (typeof id !== 'string' && typeof id !== 'number') return null;
    const rank = set.levels.findIndex((level) => level.id === String(id));
    if (rank < 0) faults.push(`Le niveau ${id} du paramètre "${name}" n'existe pas dans le TMS ${set.id}.`);
    return rank < 0 ? null : rank;
  });
  const [top, bottom] = ranks;
  if (top !== null && bottom !== null && top !== undefined && bottom !== undefined && top > bottom) {
    faults.push('Le niveau du paramètre "top" ne peut pas être sous celui du paramètre "bottom".');
  }
  return faults;
}
