import { conflict, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { executionsReading } from './foreign-uses.js';
import type { ReachableEntity } from './reach.js';

const LABELS: Readonly<Record<ReachableEntity, string>> = {
  upload: 'La livraison',
  stored_data: 'La donnée stockée',
};

/**
 * Keeps an upload or stored data for this transaction, before its properties change.
 * @param open what it becomes; undefined when that does not change
 * @throws ApiError not_found; conflict when it stops being open while another datastore, which has no share of it,
 *   processes it
 */
export async function holdForChange(
  tx: Db,
  { entity, id, datastoreId }: { entity: ReachableEntity; id: string; datastoreId: string },
  open: boolean | undefined,
): Promise<void> {
  const rows = await tx.$queryRaw<{ open: boolean }[]>`
    SELECT open FROM ${Prisma.raw(`geopf.${entity}`)}
    WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
  const [row] = rows;
  if (row === undefined) throw notFound(`${LABELS[entity]} ${id} n'existe pas.`);
  if (!row.open || open !== false) return;
  const uses = await executionsReading(
    tx,
    { entity, id },
    (user) => Prisma.sql`${user} <> ${datastoreId}::uuid AND NOT EXISTS (
      SELECT 1 FROM ${Prisma.raw(`geopf.${entity}_sharing`)} AS sharing
      WHERE sharing.${Prisma.raw(`${entity}_id`)} = ${id}::uuid AND sharing.datastore_id = ${user})`,
  );
  if (uses.length > 0) throw conflict(`${LABELS[entity]} ne peut pas cesser d'être ouverte.`, ...uses);
}
