import { CHECKS } from '../../src/catalogue/checks.js';
import type { Deps } from '../../src/deps.js';
import { DATASTORE } from './seed.js';

export const VECTOR_TO_DB = '0de8c60b-9938-4be9-aa36-9026b77c3c96';

/** A CLOSED vector upload that passed the given checks, as a closing leaves it, without files. */
export async function buildClosedUpload(
  { prisma }: Pick<Deps, 'prisma'>,
  overrides: { type?: string; status?: string; checks?: readonly string[] } = {},
): Promise<string> {
  const storage = await prisma.storage.findFirstOrThrow({ where: { datastores: { some: { usage: 'UPLOADS' } } } });
  const passed = overrides.checks ?? ['standard', 'vector'];
  const { id } = await prisma.upload.create({
    data: {
      datastoreId: DATASTORE,
      storageId: storage.id,
      type: overrides.type ?? 'VECTOR',
      name: 'upload',
      description: 'for a test',
      srs: 'EPSG:4326',
      status: overrides.status ?? 'CLOSED',
      checks: {
        create: CHECKS.filter(({ jobName }) => passed.includes(jobName)).map(({ id }) => ({
          checkId: id,
          status: 'SUCCESS',
        })),
      },
    },
  });
  return id;
}

/** The body of an integration of one upload. */
export function integration(upload: string, more: object = {}) {
  return {
    processing: VECTOR_TO_DB,
    inputs: { upload: [upload] },
    output: { stored_data: { name: 'integrated', storage_tags: ['VECTEUR'] } },
    ...more,
  };
}
