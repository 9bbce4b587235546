import type { Deps } from '../../deps.js';
import { notFound } from '../../errors.js';
import type { ExposureDocument } from './document.js';
import { readOtherFiles } from './files.js';
import { readExposedOfferings } from './offerings.js';
import { readExposedData } from './stored-data.js';

/**
 * The exposure matrix of a datastore at this moment.
 * @param datastore its id, or the technical name of its community
 * @throws ApiError not_found
 */
export async function readExposure(deps: Pick<Deps, 'prisma' | 'pool'>, datastore: string): Promise<ExposureDocument> {
  const now = new Date();
  const [found] = await deps.prisma.$queryRaw<{ id: string }[]>`
    SELECT datastore.id FROM geopf.datastore AS datastore
    JOIN geopf.community AS community ON community.id = datastore.community_id
    WHERE datastore.id::text = lower(${datastore}) OR community.technical_name = ${datastore}
    ORDER BY datastore.id::text = lower(${datastore}) DESC LIMIT 1`;
  const row =
    found && (await deps.prisma.datastore.findUnique({ where: { id: found.id }, include: { community: true } }));
  if (!row) throw notFound(`L'entrepôt "${datastore}" n'existe pas : ni identifiant, ni nom technique.`);
  const { offerings, keys } = await readExposedOfferings(deps, row.id, now.getTime());
  return {
    datastore: {
      _id: row.id,
      name: row.community.name,
      technical_name: row.community.technicalName,
      active: row.active,
    },
    date: now.toISOString(),
    keys,
    offerings,
    stored_data: await readExposedData(deps.prisma, row.id, offerings),
    files: await readOtherFiles(deps.prisma, row),
  };
}
