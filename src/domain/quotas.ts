import { type ApiError, conflict } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';

/** What may be used at most, and what is used already. */
export interface Quota {
  /** What the quota limits, in French, with its preposition: "des livraisons de l'entrepôt". */
  readonly of: string;
  readonly quota: number;
  readonly use: number;
}

/** What a request asks for on top. `asked`: a number, or words such as "plus de 12" when only that is known. */
export interface QuotaDemand extends Quota {
  readonly asked: number | string;
  readonly unit: 'octet(s)' | 'offre(s)' | 'annexe(s)' | 'métadonnée(s)' | 'clé(s)';
}

/** The refusal of what does not fit, with the figures that explain it. */
export function quotaExceeded({ of, quota, use, asked, unit }: QuotaDemand): ApiError {
  return conflict(
    `Le quota ${of} est dépassé : quota ${quota} ${unit}, utilisation ${use} ${unit}, demande ${asked} ${unit}.`,
  );
}

/**
 * The quota on uploads, in bytes, that leaves the least to a datastore: its own, or that of the organization of its community,
 * which all its datastores share (lifecycle.md §2.3).
 */
export async function tightestUploadsQuota(db: Db, datastoreId: string): Promise<Quota> {
  const rows = await db.$queryRaw<{ organization: string | null; quota: bigint; use: bigint }[]>`
    SELECT NULL AS organization, coalesce((
        SELECT sum(quota) FROM geopf.datastore_storage
        WHERE datastore_id = ${datastoreId}::uuid AND usage = 'UPLOADS'), 0)::bigint AS quota,
      coalesce((
        SELECT sum(size) FROM geopf.upload
        WHERE datastore_id = ${datastoreId}::uuid AND status <> 'DELETED'), 0)::bigint AS use
    UNION ALL
    SELECT organization.name, organization.uploads_quota, coalesce((
        SELECT sum(upload.size) FROM geopf.upload AS upload
        JOIN geopf.datastore AS sister ON sister.id = upload.datastore_id
        JOIN geopf.community AS community ON community.id = sister.community_id
        WHERE community.organization_id = organization.id AND upload.status <> 'DELETED'), 0)::bigint
    FROM geopf.organization AS organization WHERE organization.id = (${organizationOf(datastoreId)})`;
  const quotas = rows.map((row) => ({
    of:
      row.organization === null ? "des livraisons de l'entrepôt" : `des livraisons de l'organisme ${row.organization}`,
    quota: Number(row.quota),
    use: Number(row.use),
  }));
  return quotas.reduce((tightest, one) => (bytesLeft(one) < bytesLeft(tightest) ? one : tightest));
}

/** Bytes that a quota still gives, none when it is passed. */
export function bytesLeft({ quota, use }: Quota): number {
  return Math.max(0, quota - use);
}

/** Makes the other transfers to the datastore, and to those of its organization, wait for the end of the transaction. */
export async function holdUploadsQuotas(tx: Db, datastoreId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM geopf.datastore_storage
    WHERE datastore_id = ${datastoreId}::uuid AND usage = 'UPLOADS' ORDER BY storage_id FOR UPDATE`;
  await tx.$queryRaw`
    SELECT 1 FROM geopf.organization WHERE id = (${organizationOf(datastoreId)}) FOR NO KEY UPDATE`;
}

function organizationOf(datastoreId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT owner.organization_id FROM geopf.community AS owner
    JOIN geopf.datastore AS datastore ON datastore.community_id = owner.id WHERE datastore.id = ${datastoreId}::uuid`;
}

/**
 * SQL expression: what a datastore has on an endpoint, to be compared with its quota there. Offerings, those that are
 * being removed excepted, and on an endpoint of metadata the records it shows.
 */
export function endpointUse(datastoreId: Prisma.Sql, endpointId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`((
      SELECT count(*) FROM geopf.offering AS counted
      JOIN geopf.configuration AS published ON published.id = counted.configuration_id
      WHERE counted.endpoint_id = ${endpointId} AND published.datastore_id = ${datastoreId}
        AND counted.status <> 'UNPUBLISHING')
    + (
      SELECT count(*) FROM geopf.metadata_publication AS shown
      JOIN geopf.metadata AS record ON record.id = shown.metadata_id
      WHERE shown.endpoint_id = ${endpointId} AND record.datastore_id = ${datastoreId}))::int`;
}
