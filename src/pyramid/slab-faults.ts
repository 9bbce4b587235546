import type { FileHandle } from 'node:fs/promises';
import {
  dataStart,
  decodeIndex,
  HEADER_SIZE,
  MAX_SLAB_BYTES,
  TAG_SIZE,
  TAGS_AT,
  type TileEntry,
} from './slab-format.js';

/** Whether a slab that somebody else wrote holds what its pyramid says. */

/** What the tags of a header say, in the words of TIFF. */
const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [256, 'largeur'],
  [257, 'hauteur'],
  [258, 'bits par échantillon'],
  [259, 'compression'],
  [262, 'photométrie'],
  [277, 'nombre de canaux'],
  [322, 'largeur de tuile'],
  [323, 'hauteur de tuile'],
  [324, 'table des positions'],
  [325, 'table des tailles'],
  [338, 'canal supplémentaire'],
  [339, "format d'échantillon"],
  [530, 'sous-échantillonnage'],
]);

/** The index of a slab, and what is wrong with it, in French, after "La dalle x.tif". */
export interface SlabIndex {
  readonly entries: readonly TileEntry[];
  readonly faults: readonly string[];
}

/**
 * Reads the header and the tables of a slab.
 * @param count tiles of the slab
 * @param header what makes the header that the slab should have
 */
export async function readSlabIndex(
  slab: FileHandle,
  count: number,
  header: (entries: readonly TileEntry[]) => Buffer,
): Promise<SlabIndex> {
  const { size } = await slab.stat();
  const start = dataStart(count);
  if (size < start)
    return { entries: [], faults: [`a ${size} octets : son en-tête et ses tables en demandent ${start}`] };
  const head = Buffer.alloc(start);
  await slab.read(head, 0, start, 0);
  const entries = decodeIndex(head.subarray(HEADER_SIZE), count);
  const faults = [
    ...headerFaults(head.subarray(0, HEADER_SIZE), header(entries)),
    ...tableFaults(entries, start, size),
  ];
  if (size > MAX_SLAB_BYTES) faults.push(`dépasse ${MAX_SLAB_BYTES} octets`);
  return { entries, faults };
}

/** Tools read the header at fixed positions: each tag must be where it is written. */
function headerFaults(found: Buffer, expected: Buffer): string[] {
  if (found.equals(expected)) return [];
  if (!found.subarray(0, 8).equals(expected.subarray(0, 8))) return ["n'a pas un en-tête TIFF de pyramide ROK4"];
  const tags = expected.readUInt16LE(TAGS_AT);
  if (found.readUInt16LE(TAGS_AT) !== tags)
    return [`a ${found.readUInt16LE(TAGS_AT)} étiquettes TIFF au lieu de ${tags}`];
  const faults: string[] = [];
  for (let at = TAGS_AT + 2; at < TAGS_AT + 2 + TAG_SIZE * tags; at += TAG_SIZE) {
    if (found.subarray(at, at + TAG_SIZE).equals(expected.subarray(at, at + TAG_SIZE))) continue;
    const tag = expected.readUInt16LE(at);
    const name = TAG_NAMES.get(tag) ?? `étiquette ${tag}`;
    const isThere = found.readUInt16LE(at) === tag;
    const own = isThere ? `${found.readUInt32LE(at + 8)}` : `absente de la position ${at}`;
    faults.push(`a une étiquette TIFF inattendue (${name}) : ${own} au lieu de ${expected.readUInt32LE(at + 8)}`);
  }
  return faults.length > 0 ? faults : ['a des octets inattendus dans son en-tête'];
}

/** Tools read whole rows of tiles at once: tiles follow one another, within the file. */
function tableFaults(entries: readonly TileEntry[], start: number, size: number): string[] {
  let end = start;
  for (const [index, entry] of entries.entries()) {
    if (entry.size === 0) continue;
    const last = entry.offset + entry.size;
    if (last > size) return [`est tronquée : la tuile ${index} finit à l'octet ${last}, le fichier à l'octet ${size}`];
    if (entry.offset < end) return [`a des tuiles qui se recouvrent ou ne se suivent pas (tuile ${index})`];
    end = last;
  }
  return [];
}
