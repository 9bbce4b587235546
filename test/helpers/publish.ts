import { randomUUID } from 'node:crypto';
import type { ServerDeps } from '../../src/deps.js';
import type { ConfigurationType } from '../../src/domain/configuration-types/definition.js';
import { touchPublications } from '../../src/domain/published.js';
import type { WmsLayer } from '../../src/ogc/wms/model.js';
import type { RasterLayer } from '../../src/ogc/wms-raster/model.js';

/**
 * Puts a layer on the open WMS-VECTOR endpoint of the default seed, as the publication job does once it has made the
 * snapshot, without the data and the configuration behind it.
 */
export async function publishWmsLayer(
  deps: Pick<ServerDeps, 'prisma'>,
  layer: Pick<WmsLayer, 'name' | 'relations'> & Partial<WmsLayer>,
): Promise<WmsLayer> {
  const published: WmsLayer = {
    offering: randomUUID(),
    revision: randomUUID(),
    title: layer.name,
    abstract: '',
    keywords: [],
    bbox: { west: 2.5, south: 46, east: 4, north: 47.5 },
    ...layer,
  };
  await insertPublication(deps, 'WMS-VECTOR', published);
  return published;
}

/** As {@link publishWmsLayer}, on the open WMS-RASTER endpoint. */
export async function publishRasterLayer(deps: Pick<ServerDeps, 'prisma'>, layer: RasterLayer): Promise<void> {
  await insertPublication(deps, 'WMS-RASTER', layer);
}

async function insertPublication(
  { prisma }: Pick<ServerDeps, 'prisma'>,
  type: ConfigurationType,
  layer: { readonly name: string; readonly offering: string },
): Promise<void> {
  const endpoint = await prisma.endpoint.findFirstOrThrow({
    where: { type, open: true },
    orderBy: { position: 'asc' },
  });
  const datastore = await prisma.datastore.findFirstOrThrow();
  await prisma.$transaction(async (transaction) => {
    await transaction.offering.create({
      data: {
        id: layer.offering,
        status: 'PUBLISHED',
        open: true,
        urls: [],
        publication: JSON.parse(JSON.stringify(layer)),
        endpoint: { connect: { id: endpoint.id } },
        configuration: {
          create: {
            datastore: { connect: { id: datastore.id } },
            type,
            name: layer.name,
            layerName: layer.name,
            typeInfos: {},
            status: 'PUBLISHED',
          },
        },
      },
    });
    await touchPublications(transaction);
  });
}
