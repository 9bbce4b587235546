import type { Datastore } from '../../generated/prisma/client.js';
import { COMMUNITY_RIGHTS } from '../access.js';
import type { Db } from '../database.js';
import type { OtherFiles } from './document.js';
import { named, namedDatastore, namedUser } from './names.js';

/**
 * What is read of a datastore beside its offerings: published annexes and metadata by everybody; files of uploads,
 * styles, other annexes and records by the members of its community, through the API, whatever their rights.
 */

type DatastoreRow = Pick<Datastore, 'id' | 'communityId'> & { readonly community: { readonly technicalName: string } };

export async function readOtherFiles(db: Db, { id: datastoreId, ...datastore }: DatastoreRow): Promise<OtherFiles> {
  const oldest = [{ creation: 'asc' }, { id: 'asc' }] as const;
  const community = await db.community.findUniqueOrThrow({
    where: { id: datastore.communityId },
    include: { supervisor: true, members: { include: { user: true }, orderBy: { creation: 'asc' } } },
  });
  const uploads = await db.upload.findMany({
    where: { datastoreId, status: { not: 'DELETED' } },
    include: {
      _count: { select: { files: true } },
      sharings: { select: { datastore: { select: { id: true, community: { select: { name: true } } } } } },
    },
    orderBy: [...oldest],
  });
  const annexes = await db.annex.findMany({
    where: { datastoreId },
    include: { paths: { orderBy: { position: 'asc' } } },
    orderBy: [...oldest],
  });
  const metadata = await db.metadata.findMany({
    where: { datastoreId },
    include: { publications: { include: { endpoint: true } } },
    orderBy: [...oldest],
  });
  const statics = await db.static.findMany({ where: { datastoreId }, orderBy: [...oldest] });
  const others = community.members.filter(({ userId }) => userId !== community.supervisorId);
  return {
    members: [
      { user: namedUser(community.supervisor), supervisor: true, rights: [...COMMUNITY_RIGHTS] },
      ...others.map(({ user, rights }) => ({ user: namedUser(user), supervisor: false, rights })),
    ],
    uploads: uploads.map((upload) => ({
      ...named(upload),
      files: upload._count.files,
      open: upload.open,
      shared_with: upload.sharings.map((sharing) => namedDatastore(sharing.datastore)),
    })),
    annexes: annexes.map(({ id, published, paths }) => ({
      _id: id,
      published,
      urls: paths.map(({ path }) => `/annexes/${datastore.community.technicalName}${path}`),
    })),
    metadata: metadata.map(({ id, fileIdentifier, publications }) => ({
      _id: id,
      file_identifier: fileIdentifier,
      endpoints: publications.map(({ endpoint }) => endpoint.technicalName),
    })),
    statics: statics.map((file) => ({ ...named(file), type: file.type })),
  };
}
