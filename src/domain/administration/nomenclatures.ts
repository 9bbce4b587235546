import type { NomenclatureType } from '../../catalogue/nomenclatures.js';
import type { Deps } from '../../deps.js';
import { conflict, notFound } from '../../errors.js';
import type { Nomenclature } from '../../generated/prisma/client.js';
import { isUniqueViolation } from '../database.js';

type Database = Pick<Deps, 'prisma'>;

/**
 * A term of the platform.
 * @throws ApiError not_found
 */
export async function findNomenclature({ prisma }: Database, id: string): Promise<Nomenclature> {
  const nomenclature = await prisma.nomenclature.findUnique({ where: { id } });
  if (nomenclature === null) throw unknown(id);
  return nomenclature;
}

/**
 * Adds a term.
 * @throws ApiError conflict when the type has it already
 */
export async function createNomenclature(
  { prisma }: Database,
  nomenclature: { type: NomenclatureType; term: string; label: string },
): Promise<Nomenclature> {
  try {
    return await prisma.nomenclature.create({ data: nomenclature });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(`Le terme « ${nomenclature.term} » existe déjà dans le type ${nomenclature.type}.`);
  }
}

/**
 * Changes the label of a term; type and term stay.
 * @throws ApiError not_found
 */
export async function relabelNomenclature(database: Database, id: string, label: string): Promise<Nomenclature> {
  const { count } = await database.prisma.nomenclature.updateMany({ where: { id }, data: { label } });
  if (count === 0) throw unknown(id);
  return findNomenclature(database, id);
}

/**
 * Deletes a term.
 * @throws ApiError not_found; conflict while organizations have it as their economical model
 */
export async function deleteNomenclature({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM geopf.nomenclature WHERE id = ${id}::uuid FOR UPDATE`;
    if (rows.length === 0) throw unknown(id);
    const organizations = await tx.organization.findMany({
      where: { economicalModelId: id },
      orderBy: { name: 'asc' },
    });
    if (organizations.length > 0) {
      throw conflict(...organizations.map(({ name }) => `L'organisme « ${name} » a ce modèle économique.`));
    }
    await tx.nomenclature.delete({ where: { id } });
  });
}

function unknown(id: string) {
  return notFound(`La nomenclature ${id} n'existe pas.`);
}
