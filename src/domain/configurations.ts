import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { holdUsedEntities } from './configuration-checks.js';
import { type Db, isUniqueViolation } from './database.js';
import { recordEvent } from './events.js';
import type { Caller } from './caller.js';
import { transition } from './transitions.js';
import type { ConfigurationContent, UsedEntities } from './configuration-types/definition.js';
import { noticesOf } from './configuration-types/index.js';
import { replaceWarnings } from './warnings.js';

/** Configurations, spec diffusion §2: what is to be published, and how. */

/** What a producer writes of a configuration. */
export interface ConfigurationBody {
  readonly name: string;
  readonly content: ConfigurationContent;
  readonly attribution?: object | undefined;
  readonly metadata?: readonly object[] | undefined;
}

/**
 * Creates a configuration.
 * @returns its id
 * @throws ApiError bad_request, not_found or conflict, see {@link holdUsedEntities}; conflict when the layer name is
 *   taken on the platform for that type
 */
export async function createConfiguration(
  deps: Pick<Deps, 'prisma'>,
  caller: Caller,
  body: ConfigurationBody & { layerName: string },
): Promise<string> {
  const { layerName, content } = body;
  await assertPrefix(deps, caller.datastoreId, layerName);
  try {
    return await deps.prisma.$transaction(async (tx) => {
      const used = await holdUsedEntities(tx, caller.datastoreId, content);
      const { id } = await tx.configuration.create({
        data: {
          datastoreId: caller.datastoreId,
          type: content.type,
          layerName,
          status: 'UNPUBLISHED',
          ...columnsOf(body),
        },
      });
      await link(tx, id, used);
      await replaceWarnings(tx, id, await noticesOf(tx, content));
      await recordEvent(tx, { entity: 'configuration', id, title: 'Création', initiatorId: caller.userId });
      return id;
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict(
      `Le nom technique (layer_name) "${layerName}" est déjà utilisé par une configuration ${content.type}.`,
    );
  }
}

/**
 * Replaces the content of a configuration; its offerings follow when they are synchronised.
 * @throws ApiError as {@link createConfiguration}; bad_request when type or layer name would change; conflict during a
 *   synchronisation
 */
export async function replaceConfiguration(
  deps: Pick<Deps, 'prisma'>,
  caller: Caller,
  id: string,
  body: ConfigurationBody & { layerName?: string | undefined },
): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    const found = await tx.configuration.findFirst({ where: { id, datastoreId: caller.datastoreId } });
    if (found === null) throw notFound(`La configuration ${id} n'existe pas.`);
    if (found.type !== body.content.type) {
      throw badRequest(`Le champ "type" ne peut pas être modifié (type actuel : ${found.type}).`);
    }
    if (body.layerName !== undefined && body.layerName !== found.layerName) {
      throw badRequest(`Le champ "layer_name" ne peut pas être modifié (valeur actuelle : ${found.layerName}).`);
    }
    await transition(tx, { entity: 'configuration', id, action: 'modify', initiatorId: caller.userId });
    const used = await holdUsedEntities(tx, caller.datastoreId, body.content);
    await tx.configuration.update({ where: { id }, data: { ...columnsOf(body), update: new Date() } });
    await relinkConfiguration(tx, id, used);
    await replaceWarnings(tx, id, await noticesOf(tx, body.content));
  });
}

/** Changes the given properties; `extra` is replaced whole. @throws ApiError not_found */
export async function updateConfiguration(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
  change: { name?: string; extra?: object },
): Promise<void> {
  const { count } = await prisma.configuration.updateMany({
    where: { id, datastoreId },
    data: { name: change.name, extra: change.extra as Prisma.InputJsonObject | undefined },
  });
  if (count === 0) throw notFound(`La configuration ${id} n'existe pas.`);
}

/**
 * Deletes a configuration.
 * @throws ApiError not_found, or conflict while it has an offering, even one that is being removed
 */
export async function deleteConfiguration(deps: Pick<Deps, 'prisma'>, caller: Caller, id: string): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    await holdConfiguration(tx, caller.datastoreId, id);
    const offerings = await tx.offering.count({ where: { configurationId: id } });
    if (offerings > 0) {
      throw conflict(`La configuration a ${offerings} offre(s) : elles doivent être supprimées avant elle.`);
    }
    await transition(tx, { entity: 'configuration', id, action: 'delete', initiatorId: caller.userId });
    await tx.comment.deleteMany({ where: { entityId: id } });
    await replaceWarnings(tx, id, []);
    await tx.configuration.delete({ where: { id } });
  });
}

/**
 * Keeps a configuration for this transaction: its changes, publications and removals follow one another.
 * @throws ApiError not_found
 */
export async function holdConfiguration(tx: Db, datastoreId: string, id: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM geopf.configuration
    WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
  if (rows.length === 0) throw notFound(`La configuration ${id} n'existe pas.`);
}

/**
 * Makes the links of a configuration those of its content and of what its offerings still show: a stored data that a
 * service reads cannot be deleted before the offering is synchronised.
 */
export async function relinkConfiguration(tx: Db, id: string, content: UsedEntities): Promise<void> {
  const published = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT stored_data.id
    FROM geopf.offering AS offering
    CROSS JOIN LATERAL (
      SELECT jsonb_path_query(offering.publication, 'lax $.**.source.schema') #>> '{}' AS schema, NULL AS id
      UNION ALL
      SELECT NULL, jsonb_path_query(offering.publication, 'lax $.**.storedData') #>> '{}') AS shown
    JOIN geopf.stored_data AS stored_data
      ON stored_data.schema_name = shown.schema OR stored_data.id::text = shown.id
    WHERE offering.configuration_id = ${id}::uuid AND offering.publication IS NOT NULL`;
  await tx.configurationStoredData.deleteMany({ where: { configurationId: id } });
  await tx.configurationStatic.deleteMany({ where: { configurationId: id } });
  const storedDataIds = new Set([...content.storedDataIds, ...published.map((row) => row.id)]);
  await link(tx, id, { storedDataIds: [...storedDataIds], staticIds: content.staticIds });
}

async function link(tx: Db, configurationId: string, used: UsedEntities): Promise<void> {
  await tx.configurationStoredData.createMany({
    data: used.storedDataIds.map((storedDataId) => ({ configurationId, storedDataId })),
  });
  await tx.configurationStatic.createMany({
    data: used.staticIds.map((staticId) => ({ configurationId, staticId })),
  });
}

/** A datastore may impose the beginning of its layer names (spec diffusion §2.1). */
async function assertPrefix({ prisma }: Pick<Deps, 'prisma'>, datastoreId: string, layerName: string): Promise<void> {
  const { layerNamePrefix } = await prisma.datastore.findUniqueOrThrow({ where: { id: datastoreId } });
  if (layerNamePrefix === null || layerNamePrefix === '') return;
  if (!layerName.startsWith(layerNamePrefix) || layerName.length === layerNamePrefix.length) {
    throw badRequest(
      `Le champ "layer_name" doit commencer par le préfixe de l'entrepôt "${layerNamePrefix}" et être plus long que lui.`,
    );
  }
}

function columnsOf(body: ConfigurationBody) {
  return {
    name: body.name,
    typeInfos: body.content.typeInfos as unknown as Prisma.InputJsonObject,
    attribution: body.attribution === undefined ? Prisma.DbNull : (body.attribution as Prisma.InputJsonObject),
    metadata: body.metadata === undefined ? Prisma.DbNull : (body.metadata as unknown as Prisma.InputJsonArray),
  };
}
