import { tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import { findLevel, type PyramidDescriptor } from '../pyramid/descriptor.js';
import { rasterFormat, type TileEncoding } from '../pyramid/formats.js';

/** What is known to be wrong with a raster pyramid that is asked for, before it is made (lifecycle §4.6). */

/** The pyramid that images are to be laid over, as its producer knows it. */
export interface UpdatedPyramid {
  readonly id: string;
  /** `null` when it has no files. */
  readonly descriptor: PyramidDescriptor | null;
}

interface AskedPyramid {
  readonly uploads: readonly string[];
  /** What it updates, itself or another one; several are a fault. None: a first generation. */
  readonly updated: readonly UpdatedPyramid[];
  /** As the client sent them. */
  readonly sent: Readonly<Record<string, unknown>>;
}

/** The faults of a pyramid that is asked for, a French sentence each. */
export function rasterGenerationFaults({ uploads, updated, sent }: AskedPyramid): string[] {
  const faults = uploads.length === 0 ? ['Le champ "inputs.upload" doit contenir au moins une livraison.'] : [];
  const [pyramid, ...more] = updated;
  if (pyramid === undefined) return [...faults, ...firstGenerationFaults(sent)];
  if (more.length > 0) {
    faults.push('Le champ "inputs.stored_data" ne peut contenir que la pyramide à mettre à jour, une seule.');
    return faults;
  }
  if (pyramid.descriptor === null) return [...faults, `La donnée stockée ${pyramid.id} n'a pas de fichiers.`];
  return [...faults, ...updateFaults(pyramid.descriptor, sent)];
}

function firstGenerationFaults(sent: AskedPyramid['sent']): string[] {
  const faults = ['tms', 'compression']
    .filter((name) => sent[name] === undefined)
    .map((name) => `Le paramètre "${name}" est obligatoire pour une première génération.`);
  const set = typeof sent.tms === 'string' ? tileMatrixSets().get(sent.tms) : undefined;
  if (set === undefined) return faults;
  const levels = set.levels.map(({ id }) => id);
  return [...faults, ...levelFaults(levels, sent, `dans le TMS ${set.id}`)];
}

/** Encodings that are read, and not written. */
const READ_ONLY: ReadonlySet<TileEncoding> = new Set(['LZW', 'PKB']);

/** An update has the parameters of what it updates: others may be repeated, not changed. */
function updateFaults(descriptor: PyramidDescriptor, sent: AskedPyramid['sent']): string[] {
  const encoding = rasterFormat(descriptor.format)?.encoding;
  if (encoding === undefined || READ_ONLY.has(encoding)) {
    return [`Les pyramides au format ${descriptor.format} ne peuvent pas être mises à jour.`];
  }
  const { levels, tile_matrix_set: tms } = descriptor;
  const inherited: readonly (readonly [name: string, own: readonly unknown[], read: (value: unknown) => unknown])[] = [
    ['tms', [tms], (value) => value],
    ['compression', [encoding.toLowerCase()], (value) => value],
    ['mask', [descriptor.mask_format !== undefined], isTrue],
    ['width', levels.map((level) => level.tiles_per_width), Number],
    ['height', levels.map((level) => level.tiles_per_height), Number],
  ];
  const changed = inherited.flatMap(([name, own, read]) =>
    sent[name] === undefined || own.includes(read(sent[name]))
      ? []
      : [`Le paramètre "${name}" est celui de la pyramide mise à jour : ${String(own[0])}.`],
  );
  // From top to bottom, whatever the order of the descriptor.
  const ids = (tileMatrixSets().get(tms)?.levels ?? [])
    .map(({ id }) => id)
    .filter((id) => findLevel(descriptor, id) !== undefined);
  return [...changed, ...levelFaults(ids, sent, 'dans la pyramide mise à jour')];
}

/** @param levels ids, top first */
function levelFaults(levels: readonly string[], sent: AskedPyramid['sent'], where: string): string[] {
  const faults: string[] = [];
  const [top, bottom] = ['top', 'bottom'].map((name) => {
    const id = sent[name];
    if (typeof id !== 'string' && typeof id !== 'number') return null;
    const rank = levels.indexOf(String(id));
    if (rank < 0) faults.push(`Le niveau ${id} du paramètre "${name}" n'existe pas ${where}.`);
    return rank < 0 ? null : rank;
  });
  if (top !== null && bottom !== null && top !== undefined && bottom !== undefined && top > bottom) {
    faults.push('Le niveau du paramètre "top" ne peut pas être sous celui du paramètre "bottom".');
  }
  return faults;
}

/** The official client sends a text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
