import type { Deps } from '../deps.js';
import type { Prisma } from '../generated/prisma/client.js';
import { contentOf } from './configuration-reads.js';
import {
  type ConfigurationAttribution,
  type ConfigurationMetadata,
  type PublicationDeps,
  PublicationError,
  type PublicationRequest,
} from './configuration-types/definition.js';
import { definitionOf, usedEntities } from './configuration-types/index.js';
import { holdConfiguration, relinkConfiguration } from './configurations.js';
import type { Db } from './database.js';
import { recordEvent } from './events.js';
import type { PublicUrl } from './offering-urls.js';
import { touchPublications } from './published.js';
import { tryTransition } from './transitions.js';

/**
 * The end of publications: what the worker does between PUBLISHING, MODIFYING or UNPUBLISHING and the status that
 * follows. Each is idempotent: when the offering has moved on in the meantime, nothing is changed.
 */

const WITH_ENDS = { configuration: true, endpoint: true } as const satisfies Prisma.OfferingInclude;
type OfferingRow = Prisma.OfferingGetPayload<{ include: typeof WITH_ENDS }>;

/** What each action waits for, and does when it succeeds. */
const COMPLETIONS = {
  publish: { status: 'PUBLISHING', action: 'published', title: 'Publication' },
  synchronise: { status: 'MODIFYING', action: 'synchronised', title: 'Synchronisation' },
} as const;

/**
 * Shows the present state of a configuration on the services.
 * @returns the sentence of the reason when it cannot be published, for {@link failPublication}; `null` when done
 */
export async function completePublication(
  deps: PublicationDeps,
  offeringId: string,
  kind: keyof typeof COMPLETIONS,
): Promise<string | null> {
  const completion = COMPLETIONS[kind];
  const offering = await deps.prisma.offering.findUnique({ where: { id: offeringId }, include: WITH_ENDS });
  if (offering === null || offering.status !== completion.status) return null;
  const { configuration } = offering;
  try {
    const publication = await definitionOf(contentOf(configuration).type).publish(deps, requestOf(offering));
    await deps.prisma.$transaction(async (tx) => {
      await holdConfiguration(tx, configuration.datastoreId, configuration.id);
      const moved = await tryTransition(tx, { entity: 'offering', id: offeringId, action: completion.action });
      if (moved === null) return;
      await tx.offering.update({
        where: { id: offeringId },
        data: { publication: publication as unknown as Prisma.InputJsonObject },
      });
      await settleConfiguration(tx, offering, completion.title, `${completion.title} de ${describe(offering)}`);
      // A PUT may have come between: the links follow the content of now, and what this offering shows.
      const present = await tx.configuration.findUniqueOrThrow({ where: { id: configuration.id } });
      await relinkConfiguration(tx, configuration.id, usedEntities(contentOf(present)));
      await touchPublications(tx);
    });
    return null;
  } catch (error) {
    if (error instanceof PublicationError) return error.message;
    throw error;
  }
}

function requestOf({ id, configuration }: OfferingRow): PublicationRequest {
  return {
    offeringId: id,
    layerName: configuration.layerName,
    typeInfos: contentOf(configuration).typeInfos,
    attribution: configuration.attribution as unknown as ConfigurationAttribution | null,
    metadata: (configuration.metadata ?? []) as unknown as ConfigurationMetadata[],
  };
}

/** Ends a publication that cannot be made: the offering is UNSTABLE, what it showed before stays. */
export async function failPublication(
  { prisma }: Pick<Deps, 'prisma'>,
  offeringId: string,
  reason: string,
): Promise<void> {
  const offering = await prisma.offering.findUnique({ where: { id: offeringId }, include: WITH_ENDS });
  if (offering === null) return;
  await prisma.$transaction(async (tx) => {
    await holdConfiguration(tx, offering.configuration.datastoreId, offering.configurationId);
    const moved = await tryTransition(tx, {
      entity: 'offering',
      id: offeringId,
      action: 'fail',
      event: { text: reason },
    });
    if (moved === null) return;
    await settleConfiguration(tx, offering, 'Publication en erreur', `${describe(offering)} : ${reason}`);
  });
}

/** Takes an offering off the services and out of permissions; the configuration is UNPUBLISHED when it was the last one. */
export async function completeRemoval({ prisma }: Pick<Deps, 'prisma'>, offeringId: string): Promise<void> {
  const offering = await prisma.offering.findUnique({ where: { id: offeringId }, include: WITH_ENDS });
  if (offering === null || offering.status !== 'UNPUBLISHING') return;
  await prisma.$transaction(async (tx) => {
    await holdConfiguration(tx, offering.configuration.datastoreId, offering.configurationId);
    const { count } = await tx.offering.deleteMany({ where: { id: offeringId } });
    if (count === 0) return;
    const text = `Dépublication de ${describe(offering)}`;
    await settleConfiguration(tx, offering, 'Dépublication', text);
    await touchPublications(tx);
  });
}

/**
 * Gives a configuration the status that its offerings call for (spec diffusion §2.4) and tells what happened:
 * UNPUBLISHED without any, SYNCHRONIZING while one of them is, PUBLISHED otherwise.
 */
async function settleConfiguration(tx: Db, offering: OfferingRow, title: string, text: string): Promise<void> {
  const id = offering.configurationId;
  const { status } = await tx.configuration.findUniqueOrThrow({ where: { id }, select: { status: true } });
  const rows = await tx.$queryRaw<{ id: string; status: string; shown: boolean; urls: PublicUrl[] }[]>`
    SELECT id, status, publication IS NOT NULL AS shown, urls
    FROM geopf.offering WHERE configuration_id = ${id}::uuid`;
  const synchronising = rows.some((row) => row.status === 'MODIFYING');
  const urls = rows.find((row) => row.id === offering.id)?.urls;
  const event = { title, text, urls };
  if (rows.length === 0) {
    await tryTransition(tx, { entity: 'configuration', id, action: 'unpublished', event });
  } else if (!synchronising && (status === 'SYNCHRONIZING' || rows.some((row) => row.shown))) {
    await tryTransition(tx, { entity: 'configuration', id, action: 'published', event });
  } else {
    await recordEvent(tx, { entity: 'configuration', id, ...event });
  }
}

/** The layer and endpoint of an offering as events name them; the type is written with an underscore. */
function describe({ configuration, endpoint }: OfferingRow): string {
  const type = configuration.type.replaceAll('-', '_');
  return `la couche '${configuration.layerName}' sur le point d'accès ${type} '${endpoint.name}'`;
}
