import type { Deps } from '../../deps.js';
import { badRequest, conflict } from '../../errors.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { type Db, isUniqueViolation } from '../database.js';
import { findOrganization, type OrganizationRecord } from '../organizations.js';
import { assertKnown, hold } from './known.js';

/** `uploadsQuota`: bytes, over all the datastores of its communities. `members`: ids of API users, replaced whole. */
export interface OrganizationChanges {
  readonly economicalModel?: string | undefined;
  readonly uploadsQuota?: number | undefined;
  readonly extra?: object | undefined;
  readonly members?: readonly string[] | undefined;
}

export interface NewOrganization extends OrganizationChanges {
  readonly name: string;
  readonly siren?: string | undefined;
  readonly siret?: string | undefined;
  readonly tvaIntracom?: string | undefined;
  readonly uploadsQuota: number;
}

/**
 * Creates an organization.
 * @throws ApiError not_found for unknown members, bad_request for the economical model, conflict for a name that is taken
 */
export async function createOrganization(
  { prisma }: Pick<Deps, 'prisma'>,
  organization: NewOrganization,
): Promise<OrganizationRecord> {
  const { name, siren, siret, tvaIntracom, uploadsQuota, ...rest } = organization;
  try {
    return await prisma.$transaction(async (tx) => {
      const { id } = await tx.organization.create({ data: { name, siren, siret, tvaIntracom, uploadsQuota } });
      return applyChanges(tx, id, rest);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(`Un organisme de nom « ${name} » existe déjà.`);
  }
}

/**
 * Changes what is given of an organization. A quota below its use is accepted: it only refuses what comes next.
 * @throws ApiError not_found for the organization or unknown members, bad_request for the economical model
 */
export async function changeOrganization(
  { prisma }: Pick<Deps, 'prisma'>,
  id: string,
  changes: OrganizationChanges,
): Promise<OrganizationRecord> {
  return prisma.$transaction(async (tx) => {
    await hold(tx, 'organization', id);
    await tx.organization.update({ where: { id }, data: { update: new Date() } });
    return applyChanges(tx, id, changes);
  });
}

/**
 * Deletes an organization and forgets its members.
 * @throws ApiError not_found; conflict while communities belong to it
 */
export async function deleteOrganization({ prisma }: Pick<Deps, 'prisma'>, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'organization', id);
    const communities = await tx.community.findMany({ where: { organizationId: id }, orderBy: { name: 'asc' } });
    if (communities.length > 0) {
      throw conflict(...communities.map(({ name }) => `La communauté « ${name} » appartient à l'organisme.`));
    }
    await tx.organization.delete({ where: { id } });
  });
}

async function applyChanges(tx: Db, id: string, changes: OrganizationChanges): Promise<OrganizationRecord> {
  const { economicalModel, uploadsQuota, extra, members } = changes;
  await assertKnown(tx, { user: members ?? [] });
  if (economicalModel !== undefined) await holdEconomicalModel(tx, economicalModel);
  await tx.organization.update({
    where: { id },
    data: {
      economicalModelId: economicalModel,
      uploadsQuota,
      extra: extra as Prisma.InputJsonObject | undefined,
    },
  });
  if (members !== undefined) {
    await tx.organizationMember.deleteMany({ where: { organizationId: id, userId: { notIn: [...members] } } });
    await tx.organizationMember.createMany({
      data: members.map((userId) => ({ organizationId: id, userId })),
      skipDuplicates: true,
    });
  }
  return findOrganization(tx, id);
}

/** Keeps the term from being deleted until the transaction ends. */
async function holdEconomicalModel(tx: Db, id: string): Promise<void> {
  const [term] = await tx.$queryRaw<{ type: string }[]>`
    SELECT type FROM geopf.nomenclature WHERE id = ${id}::uuid FOR SHARE`;
  if (term?.type !== 'ECONOMICAL_MODEL') {
    throw badRequest(
      `Le champ "economical_model" doit être l'identifiant d'une nomenclature de type ECONOMICAL_MODEL, ce que ${id} n'est pas.`,
    );
  }
}
