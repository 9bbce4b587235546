import { buffer } from 'node:stream/consumers';
import { NORMAL_STYLE } from '../../ogc/rok4/normal-style.js';
import type { Rok4Style } from '../../ogc/rok4/style-model.js';
import { UnreadableFileError } from '../../ogc/unreadable.js';
import { readFile } from '../file-reader.js';
import { type PublicationDeps, PublicationError } from './definition.js';

/**
 * The styles of a layer of pixels, as their files are now: the one that the platform shows when it is told none.
 * @param ids of static files ROK4-STYLE, the default one first
 * @throws PublicationError when a file is gone or holds no style
 */
export async function readLayerStyles(
  { prisma, storage }: Pick<PublicationDeps, 'prisma' | 'storage'>,
  ids: readonly string[],
): Promise<Rok4Style[]> {
  if (ids.length === 0) return [NORMAL_STYLE];
  const records = await prisma.static.findMany({ where: { id: { in: [...ids] } }, select: { id: true, key: true } });
  const keys = new Map(records.map(({ id, key }) => [id, key]));
  const styles: Rok4Style[] = [];
  for (const id of ids) {
    const key = keys.get(id);
    if (key === undefined) throw new PublicationError(`Le fichier statique ${id} n'existe plus.`);
    styles.push(await readStyle(id, await buffer(storage.read(key))));
  }
  return styles;
}

async function readStyle(id: string, content: Buffer): Promise<Rok4Style> {
  try {
    return await readFile('ROK4-STYLE', content, { strict: false });
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new PublicationError(`Le fichier statique ${id} n'est pas un style ROK4 : ${error.sentences.join(' ')}`);
  }
}
