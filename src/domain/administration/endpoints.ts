import { ENDPOINTS, type EndpointType, type EndpointUrlType } from '../../catalogue/endpoints.js';
import type { Deps } from '../../deps.js';
import { badRequest, conflict, notFound } from '../../errors.js';
import { type Endpoint, Prisma } from '../../generated/prisma/client.js';
import { type Db, isUniqueViolation } from '../database.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from '../listing.js';
import { hold, lendingSentences, nextPosition } from './known.js';

type Database = Pick<Deps, 'prisma'>;

/** `path` from the root of the server, as the registry keeps it; anything else cannot be served. */
export interface EndpointUrl {
  readonly type: EndpointUrlType;
  readonly path: string;
}

export interface EndpointChanges {
  readonly name?: string | undefined;
  readonly urls?: readonly EndpointUrl[] | undefined;
  readonly metadataFi?: string | undefined;
  readonly forceMetadata?: boolean | undefined;
  readonly forceAttribution?: boolean | undefined;
  readonly searchPublish?: boolean | undefined;
}

export interface NewEndpoint extends EndpointChanges {
  readonly name: string;
  readonly technicalName: string;
  readonly type: EndpointType;
  readonly open: boolean;
  readonly urls: readonly EndpointUrl[];
}

/** A page of the endpoints of the platform, in the order of the catalogue. */
export async function listPlatformEndpoints(
  { prisma }: Database,
  query: { filters: { name?: string | undefined; type?: string | undefined }; page: Page },
): Promise<Paged<Endpoint>> {
  const { name, type } = query.filters;
  const where: Prisma.Sql[] = [];
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (type !== undefined) where.push(Prisma.sql`entity.type = ${type}`);
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.endpoint AS entity`,
    where,
    orderBy: [Prisma.sql`entity.position`],
    page: query.page,
  });
  return { items: inOrder(ids, await prisma.endpoint.findMany({ where: { id: { in: ids } } })), total };
}

/**
 * An endpoint.
 * @throws ApiError not_found
 */
export async function findEndpoint(db: Db, id: string): Promise<Endpoint> {
  const endpoint = await db.endpoint.findUnique({ where: { id } });
  if (endpoint === null) throw notFound(`Le point d'accès ${id} n'existe pas.`);
  return endpoint;
}

/**
 * Adds an endpoint at addresses that the emulator serves.
 * @throws ApiError bad_request for other addresses, conflict for a name or technical name that is taken
 */
export async function createEndpoint({ prisma }: Database, endpoint: NewEndpoint): Promise<Endpoint> {
  assertKnownAddresses(endpoint, endpoint.urls);
  try {
    return await prisma.$transaction(async (tx) =>
      tx.endpoint.create({
        data: { ...columnsOf(endpoint), urls: urlsOf(endpoint.urls), position: await nextPosition(tx, 'endpoint') },
      }),
    );
  } catch (error) {
    throw asNameTaken(error);
  }
}

/**
 * Changes what is given of an endpoint.
 * @throws ApiError not_found; bad_request for addresses that are not served; conflict for a name that is taken, or for
 *   other addresses while offerings are published there
 */
export async function changeEndpoint({ prisma }: Database, id: string, changes: EndpointChanges): Promise<Endpoint> {
  try {
    return await prisma.$transaction(async (tx) => {
      await hold(tx, 'endpoint', id);
      const { urls } = changes;
      if (urls !== undefined) {
        const endpoint = await findEndpoint(tx, id);
        assertKnownAddresses(endpoint, urls);
        const offerings = await tx.offering.count({ where: { endpointId: id } });
        if (offerings > 0 && !sameUrls(endpoint.urls as unknown as EndpointUrl[], urls)) {
          throw conflict(`Les adresses ne peuvent pas changer : le point d'accès a ${offerings} offre(s).`);
        }
      }
      return tx.endpoint.update({
        where: { id },
        data: { ...columnsOf(changes), ...(urls === undefined ? {} : { urls: urlsOf(urls) }), update: new Date() },
      });
    });
  } catch (error) {
    throw asNameTaken(error);
  }
}

/**
 * Removes an endpoint.
 * @throws ApiError not_found; conflict while a datastore has it, or something is published there
 */
export async function deleteEndpoint({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'endpoint', id);
    const sentences = await lendingSentences(tx, 'endpoint', id);
    const offerings = await tx.offering.count({ where: { endpointId: id } });
    const records = await tx.metadataPublication.count({ where: { endpointId: id } });
    if (offerings > 0) sentences.push(`Le point d'accès a ${offerings} offre(s).`);
    if (records > 0) sentences.push(`${records} métadonnée(s) sont publiées sur le point d'accès.`);
    if (sentences.length > 0) throw conflict(...sentences);
    await tx.endpoint.delete({ where: { id } });
  });
}

/** Services find their offerings by the address of the endpoint: at another one there would be nothing. */
function assertKnownAddresses({ type, open }: { type: string; open: boolean }, urls: readonly EndpointUrl[]): void {
  const known = ENDPOINTS.filter((one) => one.type === type && one.open === open).flatMap((one) => one.urls);
  const choices = [...new Set(known.map((one) => `${one.type} ${one.path}`))].join(', ') || 'aucune';
  const faults = urls.flatMap(({ type: urlType, path }, index) =>
    known.some((one) => one.type === urlType && one.path === path)
      ? []
      : [
          `Le champ "urls[${index}]" n'est pas une adresse ${open ? 'ouverte à tous' : "d'accès restreint"} que l'émulateur connaît pour le type ${type} (adresses possibles : ${choices}).`,
        ],
  );
  if (faults.length > 0) throw badRequest(...faults);
}

function columnsOf<Columns extends { urls?: unknown }>({ urls: _urls, ...columns }: Columns): Omit<Columns, 'urls'> {
  return columns;
}

function urlsOf(urls: readonly EndpointUrl[]): Prisma.InputJsonArray {
  return urls.map(({ type, path }) => ({ type, path }));
}

function sameUrls(before: readonly EndpointUrl[], after: readonly EndpointUrl[]): boolean {
  const texts = (urls: readonly EndpointUrl[]) =>
    urls
      .map(({ type, path }) => `${type} ${path}`)
      .toSorted()
      .join('\n');
  return texts(before) === texts(after);
}

function asNameTaken(error: unknown): unknown {
  return isUniqueViolation(error) ? conflict("Un point d'accès a déjà ce nom ou ce nom technique.") : error;
}
