import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The list of a pyramid that somebody else wrote (ROK4, §4): paths in it only ever name delivered files. */

/** A line of the list: a slab, below the folder of the pyramid, or what is wrong with the line, in French. */
export type ListLine =
  | { readonly line: number; readonly slab: string }
  | { readonly line: number; readonly fault: string };

const ROOT = /^\d+=\S+$/;
const SLAB = /^(\d+)\/(.+?)(?: [0-9a-fA-F]{32})?$/;
/** Longest line that is read, characters. */
const MAX_LINE = 4096;

/** Reads a list line by line, whatever its length. */
export async function* readDeliveredList(path: string): AsyncGenerator<ListLine> {
  const lines = createInterface({ input: createReadStream(path, { encoding: 'utf8' }), crlfDelay: Infinity });
  let line = 0;
  let inBody = false;
  for await (const text of lines) {
    line += 1;
    if (text === '') continue;
    if (text === '#' && !inBody) inBody = true;
    else if (!inBody) {
      if (text.length > MAX_LINE || !ROOT.test(text)) yield { line, fault: "n'est pas un dossier (numéro=chemin)" };
    } else yield readSlab(line, text);
  }
  if (!inBody) yield { line, fault: 'est la dernière, et la ligne # manque' };
}

function readSlab(line: number, text: string): ListLine {
  const [, root = '', slab = ''] = (text.length <= MAX_LINE ? SLAB.exec(text) : null) ?? [];
  if (slab === '') return { line, fault: "n'est pas une dalle (numéro/chemin)" };
  if (slab.split('/').some((part) => ['', '.', '..'].includes(part))) {
    return { line, fault: `sort de la pyramide : ${slab}` };
  }
  // Only a pyramid whose slabs are all there can be delivered.
  if (Number(root) !== 0) return { line, fault: `est un lien vers une dalle d'une autre pyramide : ${slab}` };
  return { line, slab };
}
