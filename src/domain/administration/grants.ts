import type { StorageUsage } from '../../catalogue/storages.js';
import { badRequest, conflict } from '../../errors.js';
import type { Db } from '../database.js';
import { assertKnown } from './known.js';

/** `quota`: bytes, or files for annexes. */
export interface StorageGrant {
  readonly storage: string;
  readonly quota: number;
}

/** What administrators lend to a datastore, by id; parts that are not given stay as they are. */
export interface Grants {
  readonly processings?: readonly string[] | undefined;
  readonly checks?: readonly string[] | undefined;
  /** `quota`: a number of offerings. */
  readonly endpoints?: readonly { readonly endpoint: string; readonly quota: number }[] | undefined;
  readonly storages?:
    | {
        readonly data?: readonly StorageGrant[] | undefined;
        readonly uploads?: StorageGrant | undefined;
        readonly annexes?: StorageGrant | undefined;
      }
    | undefined;
}

/** Kinds of storage that can hold the files of uploads and annexes. */
const OF_FILES: readonly string[] = ['FILESYSTEM', 'S3'];

/**
 * Refuses what cannot be lent.
 * @param community that the datastore is to belong to, when it is created
 * @throws ApiError bad_request for entries named twice or storages of a wrong type, not_found for unknown ids
 */
export async function assertGrantable(tx: Db, grants: Grants, community: readonly string[] = []): Promise<void> {
  const { data = [], uploads, annexes } = grants.storages ?? {};
  const endpoints = grants.endpoints ?? [];
  const twice = [
    ...repeated(data.map(({ storage }) => storage)).map((id) => `Le stockage ${id} est donné deux fois.`),
    ...repeated(endpoints.map(({ endpoint }) => endpoint)).map((id) => `Le point d'accès ${id} est donné deux fois.`),
  ];
  if (twice.length > 0) throw badRequest(...twice);
  const ofFiles = { uploads, annexes };
  await assertKnown(tx, {
    community,
    storage: [...data, ...Object.values(ofFiles)].flatMap((grant) => grant?.storage ?? []),
    endpoint: endpoints.map(({ endpoint }) => endpoint),
    check: grants.checks ?? [],
    processing: grants.processings ?? [],
  });
  const faults: string[] = [];
  for (const [name, grant] of Object.entries(ofFiles)) {
    if (grant === undefined) continue;
    const { type } = await tx.storage.findUniqueOrThrow({ where: { id: grant.storage } });
    if (!OF_FILES.includes(type)) {
      faults.push(`Le champ "storages.${name}" doit être un stockage de type ${OF_FILES.join(' ou ')}, pas ${type}.`);
    }
  }
  if (faults.length > 0) throw badRequest(...faults);
}

/**
 * Lends what is given to a datastore, in place of what it had of the same part. A quota below its use is accepted: it
 * only refuses what comes next.
 * @throws ApiError conflict when something that would be taken back is used
 */
export async function lend(tx: Db, datastoreId: string, grants: Grants): Promise<void> {
  const { data, uploads, annexes } = grants.storages ?? {};
  if (data !== undefined) await lendDataStorages(tx, datastoreId, data);
  if (uploads !== undefined) await lendStorage(tx, datastoreId, 'UPLOADS', uploads);
  if (annexes !== undefined) await lendStorage(tx, datastoreId, 'ANNEXES', annexes);
  if (grants.endpoints !== undefined) await lendEndpoints(tx, datastoreId, grants.endpoints);
  if (grants.checks !== undefined) {
    await tx.datastoreCheck.deleteMany({ where: { datastoreId } });
    await tx.datastoreCheck.createMany({
      data: grants.checks.map((checkId) => ({ datastoreId, checkId })),
      skipDuplicates: true,
    });
  }
  if (grants.processings !== undefined) {
    await tx.datastoreProcessing.deleteMany({ where: { datastoreId } });
    await tx.datastoreProcessing.createMany({
      data: grants.processings.map((processingId) => ({ datastoreId, processingId })),
      skipDuplicates: true,
    });
  }
}

async function lendDataStorages(tx: Db, datastoreId: string, grants: readonly StorageGrant[]): Promise<void> {
  const taken = { storageId: { notIn: grants.map(({ storage }) => storage) } };
  const used = await tx.storage.findMany({
    where: {
      id: taken.storageId,
      storedData: { some: { datastoreId, status: { not: 'DELETED' } } },
      datastores: { some: { datastoreId, usage: 'DATA' } },
    },
    orderBy: { position: 'asc' },
  });
  if (used.length > 0) {
    throw conflict(
      ...used.map(
        ({ name }) =>
          `Le stockage « ${name} » contient des données stockées de l'entrepôt : il ne peut pas lui être retiré.`,
      ),
    );
  }
  await tx.datastoreStorage.deleteMany({ where: { datastoreId, usage: 'DATA', ...taken } });
  for (const { storage: storageId, quota } of grants) {
    await tx.datastoreStorage.upsert({
      where: { datastoreId_usage_storageId: { datastoreId, usage: 'DATA', storageId } },
      create: { datastoreId, usage: 'DATA', storageId, quota },
      update: { quota },
    });
  }
}

/** Uploads and annexes keep the storage they were put in: theirs may change at any time. */
async function lendStorage(tx: Db, datastoreId: string, usage: StorageUsage, grant: StorageGrant): Promise<void> {
  const { storage: storageId, quota } = grant;
  const { count } = await tx.datastoreStorage.updateMany({ where: { datastoreId, usage }, data: { storageId, quota } });
  if (count === 0) await tx.datastoreStorage.create({ data: { datastoreId, usage, storageId, quota } });
}

async function lendEndpoints(
  tx: Db,
  datastoreId: string,
  grants: readonly { endpoint: string; quota: number }[],
): Promise<void> {
  // Who is about to publish takes the same row: it is either seen here or finds the endpoint gone.
  await tx.$queryRaw`SELECT 1 FROM geopf.datastore_endpoint WHERE datastore_id = ${datastoreId}::uuid FOR UPDATE`;
  const taken = { notIn: grants.map(({ endpoint }) => endpoint) };
  const used = await tx.endpoint.findMany({
    where: {
      id: taken,
      datastores: { some: { datastoreId } },
      OR: [
        { offerings: { some: { configuration: { datastoreId } } } },
        { metadata: { some: { metadata: { datastoreId } } } },
      ],
    },
    orderBy: { position: 'asc' },
  });
  if (used.length > 0) {
    throw conflict(
      ...used.map(({ name }) => `L'entrepôt publie sur le point d'accès « ${name} » : il ne peut pas lui être retiré.`),
    );
  }
  await tx.datastoreEndpoint.deleteMany({ where: { datastoreId, endpointId: taken } });
  for (const { endpoint: endpointId, quota } of grants) {
    await tx.datastoreEndpoint.upsert({
      where: { datastoreId_endpointId: { datastoreId, endpointId } },
      create: { datastoreId, endpointId, quota },
      update: { quota },
    });
  }
}

function repeated(ids: readonly string[]): string[] {
  const lower = ids.map((id) => id.toLowerCase());
  return [...new Set(lower.filter((id, index) => lower.indexOf(id) !== index))];
}
