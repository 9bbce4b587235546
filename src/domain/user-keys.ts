import { randomUUID } from 'node:crypto';
import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import { Prisma, type UserKey } from '../generated/prisma/client.js';
import { isUniqueViolation, type Db } from './database.js';
import { type KeyType, keyColumns, readKeyInfos, type ShownKeyInfos, showKeyInfos } from './key-infos.js';
import { type KeyRestrictions, readRestrictions } from './key-restrictions.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';
import { quotaExceeded } from './quotas.js';

/** Keys that people present to private services (access.md §5). Each is its owner's alone. */

/** A key as its owner sees it. */
export type KeyDetail = UserKey & { readonly typeInfos: ShownKeyInfos };

export interface KeyFilter {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly user_agent?: string | undefined;
  readonly referer?: string | undefined;
  /** One of the ranges of the list. */
  readonly whitelist?: string | undefined;
  readonly blacklist?: string | undefined;
}

type KeyDeps = Pick<Deps, 'prisma' | 'instanceId'>;

/**
 * Creates a key.
 * @returns its id
 * @throws ApiError bad_request, or conflict: quota, name, second OAUTH2 key, login or value taken on the platform
 */
export async function createKey(
  deps: KeyDeps,
  userId: string,
  request: KeyRestrictions & { name: string; type: KeyType; type_infos: Readonly<Record<string, unknown>> },
): Promise<string> {
  const faults: string[] = [];
  const name = readName(request.name, faults);
  const infos = readKeyInfos(request.type, request.type_infos, faults);
  const restrictions = readRestrictions(request, faults);
  if (infos === null || faults.length > 0) throw badRequest(...faults);
  const id = randomUUID();
  const secrets = await keyColumns(deps, id, infos);
  try {
    await deps.prisma.$transaction(async (tx) => {
      await holdKeysOf(tx, userId);
      await assertRoom(tx, userId, { name, type: infos.type });
      await tx.userKey.create({ data: { id, userId, name, type: infos.type, ...secrets, ...restrictions } });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(
      infos.type === 'BASIC'
        ? `Le login "${infos.login}" est déjà celui d'une clé de la plateforme.`
        : 'Une clé de la plateforme a déjà cette valeur.',
    );
  }
  return id;
}

/**
 * Changes the given properties; an empty list or pattern removes the restriction.
 * @throws ApiError not_found, bad_request, or conflict when the name is that of another key of the person
 */
export async function updateKey(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  id: string,
  change: KeyRestrictions & { name?: string | undefined },
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await holdKeysOf(tx, userId);
    const key = await findKey(tx, userId, id);
    const faults: string[] = [];
    const name = change.name === undefined ? key.name : readName(change.name, faults);
    const restrictions = readRestrictions(change, faults);
    if (faults.length > 0) throw badRequest(...faults);
    if (await isNameTaken(tx, userId, { name, except: key.id })) throw conflict(nameTaken(name));
    await tx.userKey.update({ where: { id: key.id }, data: { name, ...restrictions, update: new Date() } });
  });
}

/** Removes a key and its accesses. @throws ApiError not_found */
export async function deleteKey({ prisma }: Pick<Deps, 'prisma'>, userId: string, id: string): Promise<void> {
  const { count } = await prisma.userKey.deleteMany({ where: { id, userId } });
  if (count === 0) throw unknownKey(id);
}

/** @throws ApiError not_found, also for the key of somebody else */
export async function getKey(deps: KeyDeps, userId: string, id: string): Promise<KeyDetail> {
  const key = await findKey(deps.prisma, userId, id);
  return { ...key, typeInfos: await showKeyInfos(deps, key) };
}

/** A page of the keys of a person, oldest first, without what they hold. */
export async function listKeys(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  query: { filter: KeyFilter; page: Page },
): Promise<Paged<UserKey>> {
  const { filter } = query;
  const where = [Prisma.sql`entity.user_id = ${userId}::uuid`];
  if (filter.type !== undefined) where.push(Prisma.sql`entity.type = ${filter.type}`);
  if (filter.name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, filter.name));
  if (filter.user_agent !== undefined) where.push(matchesText(Prisma.sql`entity.user_agent`, filter.user_agent));
  if (filter.referer !== undefined) where.push(matchesText(Prisma.sql`entity.referer`, filter.referer));
  if (filter.whitelist !== undefined) where.push(hasRange(Prisma.sql`entity.whitelist`, filter.whitelist));
  if (filter.blacklist !== undefined) where.push(hasRange(Prisma.sql`entity.blacklist`, filter.blacklist));
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.user_key AS entity`,
    where,
    orderBy: [Prisma.sql`entity.creation`],
    page: query.page,
  });
  const rows = await prisma.userKey.findMany({ where: { id: { in: ids } } });
  return { items: inOrder(ids, rows), total };
}

/** A key of the person. @throws ApiError not_found, also for the key of somebody else */
export async function findKey(db: Db, userId: string, id: string): Promise<UserKey> {
  const key = await db.userKey.findFirst({ where: { id, userId } });
  if (key === null) throw unknownKey(id);
  return key;
}

const unknownKey = (id: string) => notFound(`La clé ${id} n'existe pas.`);

const nameTaken = (name: string) => `Vous avez déjà une clé de nom "${name}".`;

function readName(name: string, faults: string[]): string {
  if (name.trim() === '') faults.push('Le champ "name" ne doit pas être vide.');
  return name;
}

/** One writer at a time for the keys of a person: names and quota are checked against all of them. */
async function holdKeysOf(tx: Db, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM geopf.api_user WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}

async function assertRoom(tx: Db, userId: string, key: { name: string; type: KeyType }): Promise<void> {
  const { keysQuota } = await tx.apiUser.findUniqueOrThrow({ where: { id: userId } });
  const faults: string[] = [];
  const use = await tx.userKey.count({ where: { userId } });
  if (use >= keysQuota) {
    const refusal = quotaExceeded({ of: "des clés de l'utilisateur", quota: keysQuota, use, asked: 1, unit: 'clé(s)' });
    faults.push(...refusal.descriptions);
  }
  if (await isNameTaken(tx, userId, { name: key.name })) faults.push(nameTaken(key.name));
  if (key.type === 'OAUTH2' && (await tx.userKey.count({ where: { userId, type: 'OAUTH2' } })) > 0) {
    faults.push('Vous avez déjà une clé de type OAUTH2 : il ne peut y en avoir qu’une par utilisateur.');
  }
  if (faults.length > 0) throw conflict(...faults);
}

async function isNameTaken(tx: Db, userId: string, { name, except }: { name: string; except?: string }) {
  const id = except === undefined ? undefined : { not: except };
  return (await tx.userKey.count({ where: { userId, name, id } })) > 0;
}

/** One of the ranges of a list matches the filter. */
function hasRange(column: Prisma.Sql, filter: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM unnest(${column}) AS item WHERE ${matchesText(Prisma.sql`item`, filter)})`;
}
