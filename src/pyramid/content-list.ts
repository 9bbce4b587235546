/**
 * The list of the slabs of a pyramid, `<NAME>.list`: the folders slabs are in, then the slabs. Slabs of folder 0 are the
 * pyramid's own, those of the others are links to slabs of the same name there.
 */

/** A slab: the folder of its owner, and its path below, `DATA/12/00/32/LG.tif`. */
export interface ListedSlab {
  readonly root: string;
  readonly slab: string;
}

/**
 * The text of a list, in pieces.
 * @param ownRoot absolute path of the folder of the pyramid's own slabs
 */
export function* writeList(ownRoot: string, slabs: readonly ListedSlab[]): Generator<string> {
  const roots = [...new Set([ownRoot, ...slabs.map(({ root }) => root)])];
  const indexOf = new Map(roots.map((root, index) => [root, index]));
  for (const [index, root] of roots.entries()) yield `${index}=${root}\n`;
  yield '#\n';
  for (const { root, slab } of slabs) yield `${indexOf.get(root)}/${slab}\n`;
}

/** Reads the text of a list that {@link writeList} wrote. */
export function readList(text: string): ListedSlab[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const body = lines.indexOf('#');
  const roots = lines.slice(0, body).map((line) => line.slice(line.indexOf('=') + 1));
  return lines.slice(body + 1).map((line) => {
    const slash = line.indexOf('/');
    return { root: roots[Number(line.slice(0, slash))] ?? '', slab: line.slice(slash + 1) };
  });
}
