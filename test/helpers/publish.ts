import { randomUUID } from 'node:crypto';
import type { ServerDeps } from '../../src/deps.js';
import { touchPublications } from '../../src/domain/published.js';
import type { WmsLayer } from '../../src/ogc/wms/model.js';

/**
 * Puts a layer on the open WMS-VECTOR endpoint of the default seed, as the publication job does once it has made the
 * snapshot, without the data and the configuration behind it.
 */
export async function publishWmsLayer(
  { prisma }: Pick<ServerDeps, 'prisma'>,
  layer: Pick<WmsLayer, 'name' | 'relations'> & Partial<WmsLayer>,
): Promise<WmsLayer> {
  const offering = randomUUID();
  const published: WmsLayer = {
    offering,
    revision: randomUUID(),
    title: layer.name,
    abstract: '',
    keywords: [],
    bbox: { west: 2.5, south: 46, east: 4, north: 47.5 },
    ...layer,
  };
  const endpoint = await prisma.endpoint.findFirstOrThrow({ where: { type: 'WMS-VECTOR', open: true } });
  const datastore = await prisma.datastore.findFirstOrThrow();
  await prisma.$transaction(async (transaction) => {
    await transaction.offering.create({
      data: {
        id: offering,
        status: 'PUBLISHED',
        open: true,
        urls: [],
        publication: JSON.parse(JSON.stringify(published)),
        endpoint: { connect: { id: endpoint.id } },
        configuration: {
          create: {
            datastore: { connect: { id: datastore.id } },
            type: 'WMS-VECTOR',
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
  return published;
}
