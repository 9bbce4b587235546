import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { type PublicationAction, publicationJob, publicationJobId } from '../workers/publication.job.js';
import { contentOf } from './configuration-reads.js';
import { definitionOf } from './configuration-types/index.js';
import { holdConfiguration } from './configurations.js';
import { forgetFreeAccesses } from './access-loss.js';
import type { Db } from './database.js';
import type { Caller } from './caller.js';
import type { EndpointService } from './offering-urls.js';
import { addToPermissions } from './permissions.js';
import { touchPublications } from './published.js';
import { queueRecorded } from './queueing.js';
import { endpointUse, quotaExceeded } from './quotas.js';
import { transition, tryTransition } from './transitions.js';

/** Offerings, spec diffusion §3: a configuration on an endpoint. Publication itself is a job. */

type Endpoint = Prisma.EndpointGetPayload<object>;

export interface NewOffering {
  readonly endpoint: string;
  /** To all keys, without permission; an open endpoint makes it so whatever is asked. */
  readonly open?: boolean | undefined;
  /** Permissions of the datastore that the offering joins. */
  readonly permissions?: readonly string[] | undefined;
  readonly public_activity?: boolean | undefined;
}

/**
 * Publishes a configuration on an endpoint of its type.
 * @returns id of the offering, PUBLISHING
 * @throws ApiError not_found, bad_request (type of the endpoint, permissions on an open one) or conflict (offered there
 *   already, quota)
 */
export async function createOffering(
  deps: Pick<Deps, 'prisma' | 'jobs' | 'log'>,
  caller: Caller,
  configurationId: string,
  request: NewOffering,
): Promise<string> {
  const offering = await deps.prisma.$transaction(async (tx) => {
    await holdConfiguration(tx, caller.datastoreId, configurationId);
    const configuration = await tx.configuration.findUniqueOrThrow({ where: { id: configurationId } });
    const { endpoint, quota } = await holdEndpoint(tx, caller.datastoreId, request.endpoint);
    assertPublishable(configuration, endpoint);
    await assertFree(tx, configurationId, endpoint);
    await assertQuota(tx, caller.datastoreId, endpoint, quota);
    const created = await tx.offering.create({
      data: {
        configurationId,
        endpointId: endpoint.id,
        status: 'PUBLISHING',
        open: endpoint.open || (request.open ?? false),
        urls: urlsOf(configuration, endpoint),
        publicActivity: request.public_activity ?? false,
        initiatorId: caller.userId,
      },
    });
    const permissions = request.permissions ?? [];
    if (permissions.length > 0) {
      if (endpoint.open) {
        throw badRequest(
          `Le champ "permissions" n'a pas de sens sur le point d'accès ouvert « ${endpoint.name} » : aucune permission n'y est nécessaire.`,
        );
      }
      await addToPermissions(tx, caller.datastoreId, { offeringId: created.id, permissions });
    }
    return created;
  });
  await enqueue(deps, offering, 'publish');
  return offering.id;
}

/**
 * Publishes the present content of the configuration and tables again.
 * @throws ApiError not_found, or conflict while the offering or its configuration is being changed
 */
export async function synchroniseOffering(
  deps: Pick<Deps, 'prisma' | 'jobs' | 'log'>,
  caller: Caller,
  id: string,
): Promise<void> {
  const offering = await deps.prisma.$transaction(async (tx) => {
    const { configurationId, endpoint } = await findOffering(tx, caller.datastoreId, id);
    await holdConfiguration(tx, caller.datastoreId, configurationId);
    const configuration = await tx.configuration.findUniqueOrThrow({ where: { id: configurationId } });
    await transition(tx, { entity: 'offering', id, action: 'synchronise', initiatorId: caller.userId });
    // The first publication may have failed: then the configuration is still unpublished.
    await tryTransition(tx, {
      entity: 'configuration',
      id: configuration.id,
      action: 'synchronise',
      initiatorId: caller.userId,
    });
    return tx.offering.update({
      where: { id },
      data: { urls: urlsOf(configuration, endpoint), update: new Date(), initiatorId: caller.userId },
    });
  });
  await enqueue(deps, offering, 'synchronise');
}

/**
 * Changes the given properties; `extra` is replaced whole, `open` stays true on an open endpoint. An offering that is
 * not open to all keys any more loses the accesses without permission (access.md §7).
 * @throws ApiError not_found, or conflict while the offering is being removed
 */
export async function updateOffering(
  { prisma }: Pick<Deps, 'prisma'>,
  caller: Caller,
  id: string,
  change: { open?: boolean; public_activity?: boolean; extra?: object },
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const { configurationId, endpoint } = await findOffering(tx, caller.datastoreId, id);
    await holdConfiguration(tx, caller.datastoreId, configurationId);
    if (!endpoint.open && change.open === false) {
      // An access that is being created holds the offering: it is there before we look, or sees the change.
      await tx.$queryRaw`SELECT 1 FROM geopf.offering WHERE id = ${id}::uuid FOR UPDATE`;
      await forgetFreeAccesses(tx, id);
    }
    await transition(tx, { entity: 'offering', id, action: 'modify', initiatorId: caller.userId });
    await tx.offering.update({
      where: { id },
      data: {
        open: endpoint.open ? undefined : change.open,
        publicActivity: change.public_activity,
        extra: change.extra as Prisma.InputJsonObject | undefined,
      },
    });
    await touchPublications(tx);
  });
}

/**
 * Asks for the removal of an offering: UNPUBLISHING, then gone.
 * @throws ApiError not_found, or conflict when the removal was asked before
 */
export async function removeOffering(
  deps: Pick<Deps, 'prisma' | 'jobs' | 'log'>,
  caller: Caller,
  id: string,
): Promise<void> {
  const offering = await deps.prisma.$transaction(async (tx) => {
    const { configurationId } = await findOffering(tx, caller.datastoreId, id);
    // The configuration first, as publications do: two rows taken in two orders would be a deadlock.
    await holdConfiguration(tx, caller.datastoreId, configurationId);
    await transition(tx, { entity: 'offering', id, action: 'unpublish', initiatorId: caller.userId });
    return tx.offering.update({ where: { id }, data: { initiatorId: caller.userId } });
  });
  await enqueue(deps, offering, 'unpublish');
}

async function enqueue(
  deps: Pick<Deps, 'jobs' | 'log'>,
  offering: { id: string; update: Date | null },
  action: PublicationAction,
): Promise<void> {
  const payload = { offeringId: offering.id, action };
  await queueRecorded(deps, publicationJob, payload, { jobId: publicationJobId(offering, action) });
}

async function findOffering(tx: Db, datastoreId: string, id: string) {
  const offering = await tx.offering.findFirst({ where: { id, configuration: { datastoreId } } });
  if (offering === null) throw notFound(`L'offre ${id} n'existe pas.`);
  // One after the other: a transaction has a single connection, and an include would ask for both at once.
  const endpoint = await tx.endpoint.findUniqueOrThrow({ where: { id: offering.endpointId } });
  return { endpoint, configurationId: offering.configurationId };
}

/**
 * The endpoint as it is lent to the datastore; the row is locked so that two publications cannot share a last place.
 * @throws ApiError not_found when it is not lent
 */
export async function holdEndpoint(
  tx: Db,
  datastoreId: string,
  id: string,
): Promise<{ endpoint: Endpoint; quota: number }> {
  await tx.$queryRaw`
    SELECT 1 FROM geopf.datastore_endpoint
    WHERE datastore_id = ${datastoreId}::uuid AND endpoint_id = ${id}::uuid FOR UPDATE`;
  const grant = await tx.datastoreEndpoint.findUnique({
    where: { datastoreId_endpointId: { datastoreId, endpointId: id } },
    include: { endpoint: true },
  });
  if (grant === null) throw notFound(`Le point d'accès ${id} n'existe pas ou n'est pas disponible dans l'entrepôt.`);
  return grant;
}

function assertPublishable(
  configuration: { type: string; attribution: unknown; metadata: unknown },
  endpoint: Endpoint,
): void {
  if (endpoint.type !== configuration.type) {
    throw badRequest(
      `Le point d'accès « ${endpoint.name} » est de type ${endpoint.type}, la configuration est de type ${configuration.type}.`,
    );
  }
  if (endpoint.forceAttribution && configuration.attribution === null) {
    throw badRequest(`Le point d'accès « ${endpoint.name} » exige une configuration avec une attribution.`);
  }
  if (endpoint.forceMetadata && configuration.metadata === null) {
    throw badRequest(`Le point d'accès « ${endpoint.name} » exige une configuration avec une métadonnée.`);
  }
}

/** A removal under way leaves the place: the web application removes and publishes again at once. */
async function assertFree(tx: Db, configurationId: string, endpoint: Endpoint): Promise<void> {
  const same = await tx.offering.count({
    where: { configurationId, endpointId: endpoint.id, status: { not: 'UNPUBLISHING' } },
  });
  if (same > 0) throw conflict(`La configuration est déjà publiée sur le point d'accès « ${endpoint.name} ».`);
}

async function assertQuota(tx: Db, datastoreId: string, endpoint: Endpoint, quota: number): Promise<void> {
  const [row] = await tx.$queryRaw<{ use: number }[]>`
    SELECT ${endpointUse(Prisma.sql`${datastoreId}::uuid`, Prisma.sql`${endpoint.id}::uuid`)} AS use`;
  const use = row?.use ?? 0;
  if (use >= quota) {
    throw quotaExceeded({ of: `du point d'accès « ${endpoint.name} »`, quota, use, asked: 1, unit: 'offre(s)' });
  }
}

function urlsOf(
  configuration: { type: string; typeInfos: Prisma.JsonValue; layerName: string },
  endpoint: Endpoint,
): Prisma.InputJsonArray {
  const services = endpoint.urls as unknown as EndpointService[];
  const { type, typeInfos } = contentOf(configuration);
  return definitionOf(type)
    .urls(typeInfos, configuration.layerName, services)
    .map((address) => ({ type: address.type, url: address.url }));
}
