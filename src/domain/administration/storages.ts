import type { StorageType } from '../../catalogue/storages.js';
import type { Deps } from '../../deps.js';
import { conflict, notFound } from '../../errors.js';
import type { Prisma, Storage } from '../../generated/prisma/client.js';
import { isUniqueViolation } from '../database.js';
import type { Page, Paged } from '../listing.js';
import { hold, lendingSentences, nextPosition } from './known.js';

type Database = Pick<Deps, 'prisma'>;

/** A page of the storages of the platform, in the order of the catalogue. */
export async function listStorages(
  { prisma }: Database,
  query: { type?: StorageType | undefined; page: Page },
): Promise<Paged<Storage>> {
  const where = { type: query.type };
  const [total, items] = await Promise.all([
    prisma.storage.count({ where }),
    prisma.storage.findMany({
      where,
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
      skip: query.page.offset,
      take: query.page.limit,
    }),
  ]);
  return { items, total };
}

/**
 * A storage.
 * @throws ApiError not_found
 */
export async function findStorage({ prisma }: Database, id: string): Promise<Storage> {
  const storage = await prisma.storage.findUnique({ where: { id } });
  if (storage === null) throw notFound(`Le stockage ${id} n'existe pas.`);
  return storage;
}

/**
 * Adds a storage: a name that quotas and executions refer to. What it holds is where the emulator keeps everything.
 * @throws ApiError conflict for a name that is taken
 */
export async function createStorage(
  { prisma }: Database,
  storage: { name: string; type: StorageType; labels: readonly string[]; typeInfos: Prisma.InputJsonObject },
): Promise<Storage> {
  try {
    return await prisma.$transaction(async (tx) =>
      tx.storage.create({
        data: { ...storage, labels: [...storage.labels], position: await nextPosition(tx, 'storage') },
      }),
    );
  } catch (error) {
    throw asNameTaken(error, storage.name);
  }
}

/**
 * Changes the name or labels of a storage.
 * @throws ApiError not_found, or conflict for a name that is taken
 */
export async function changeStorage(
  database: Database,
  id: string,
  changes: { name?: string | undefined; labels?: string[] | undefined },
): Promise<Storage> {
  await findStorage(database, id);
  try {
    return await database.prisma.storage.update({ where: { id }, data: { ...changes, update: new Date() } });
  } catch (error) {
    throw asNameTaken(error, changes.name);
  }
}

/**
 * Removes a storage.
 * @throws ApiError not_found; conflict while a datastore has it, or uploads or stored data are in it, even deleted ones
 *   since they stay readable
 */
export async function deleteStorage({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'storage', id);
    const sentences = await lendingSentences(tx, 'storage', id);
    const uploads = await tx.upload.count({ where: { storageId: id } });
    const storedData = await tx.storedData.count({ where: { storageId: id } });
    if (uploads > 0) sentences.push(`Le stockage contient ${uploads} livraison(s), supprimées comprises.`);
    if (storedData > 0)
      sentences.push(`Le stockage contient ${storedData} donnée(s) stockée(s), supprimées comprises.`);
    if (sentences.length > 0) throw conflict(...sentences);
    await tx.storage.delete({ where: { id } });
  });
}

function asNameTaken(error: unknown, name: string | undefined): unknown {
  return isUniqueViolation(error) ? conflict(`Un stockage de nom « ${name ?? ''} » existe déjà.`) : error;
}
