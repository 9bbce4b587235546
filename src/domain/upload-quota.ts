import { type ApiError, conflict } from '../errors.js';
import type { Db } from './database.js';

/**
 * Room for the files of uploads (lifecycle §2.3): the quota of the datastore's uploads storages and, when its
 * community belongs to an organization, that of the organization over all its datastores.
 */
export interface UploadRoom {
  /** Bytes. */
  readonly left: number;
  /** What to say when it is not enough. */
  readonly refusal: () => ApiError;
}

interface RoomRow {
  /** Quota minus use, in bytes; negative when a quota was lowered below its use. */
  datastore: bigint;
  /** Null without organization. */
  organization: bigint | null;
}

/** The room that the narrower of the two quotas leaves. */
export async function uploadRoom(db: Db, datastoreId: string): Promise<UploadRoom> {
  const [row] = await db.$queryRaw<RoomRow[]>`
    SELECT (
      (SELECT coalesce(sum(quota), 0) FROM geopf.datastore_storage
       WHERE datastore_id = datastore.id AND usage = 'UPLOADS')
      - (SELECT coalesce(sum(size), 0) FROM geopf.upload
         WHERE datastore_id = datastore.id AND status <> 'DELETED'))::bigint AS datastore,
      (organization.uploads_quota - (
        SELECT coalesce(sum(upload.size), 0) FROM geopf.upload AS upload
        JOIN geopf.datastore AS any_datastore ON any_datastore.id = upload.datastore_id
        JOIN geopf.community AS any_community ON any_community.id = any_datastore.community_id
        WHERE any_community.organization_id = organization.id AND upload.status <> 'DELETED'))::bigint AS organization
    FROM geopf.datastore AS datastore
    JOIN geopf.community AS community ON community.id = datastore.community_id
    LEFT JOIN geopf.organization AS organization ON organization.id = community.organization_id
    WHERE datastore.id = ${datastoreId}::uuid`;
  const datastore = Number(row?.datastore ?? 0);
  const organization = Number(row?.organization ?? Infinity);
  return organization < datastore
    ? { left: Math.max(0, organization), refusal: () => exceeded("l'organisme") }
    : { left: Math.max(0, datastore), refusal: () => exceeded("l'entrepôt") };
}

/** {@link uploadRoom} that stays true until the transaction ends: transfers that end together follow one another. */
export async function holdUploadRoom(tx: Db, datastoreId: string): Promise<UploadRoom> {
  await tx.$queryRaw`
    SELECT 1 FROM geopf.datastore_storage
    WHERE datastore_id = ${datastoreId}::uuid AND usage = 'UPLOADS' ORDER BY storage_id FOR UPDATE`;
  await tx.$queryRaw`
    SELECT 1 FROM geopf.organization WHERE id = (
      SELECT community.organization_id FROM geopf.community AS community
      JOIN geopf.datastore AS datastore ON datastore.community_id = community.id
      WHERE datastore.id = ${datastoreId}::uuid) FOR NO KEY UPDATE`;
  return uploadRoom(tx, datastoreId);
}

function exceeded(owner: string): ApiError {
  return conflict(`Le quota de stockage des livraisons de ${owner} est dépassé.`);
}
