import { notFound } from '../../errors.js';
import { Prisma } from '../../generated/prisma/client.js';
import type { Db } from '../database.js';
import { distinctIds } from '../ids.js';

/** What the body of an administrator may name by its id, with its table and the sentence that refuses an unknown one. */
const KINDS = {
  user: { table: 'api_user', label: "L'utilisateur" },
  organization: { table: 'organization', label: "L'organisme" },
  community: { table: 'community', label: 'La communauté' },
  storage: { table: 'storage', label: 'Le stockage' },
  endpoint: { table: 'endpoint', label: "Le point d'accès" },
  check: { table: '"check"', label: 'La vérification' },
  processing: { table: 'processing', label: 'Le traitement' },
} as const;

export type Kind = keyof typeof KINDS;

/**
 * Refuses the ids that name nothing, all of them at once.
 * @throws ApiError not_found
 */
export async function assertKnown(db: Db, named: Partial<Record<Kind, readonly string[]>>): Promise<void> {
  const sentences: string[] = [];
  for (const [kind, given] of Object.entries(named) as [Kind, readonly string[]][]) {
    const ids = distinctIds(given);
    if (ids.length === 0) continue;
    const { table, label } = KINDS[kind];
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM ${Prisma.raw(`geopf.${table}`)} WHERE id = ANY (${ids}::uuid[])`;
    const unknown = ids.filter((id) => !rows.some((row) => row.id === id));
    sentences.push(...unknown.map((id) => `${label} ${id} n'existe pas.`));
  }
  if (sentences.length > 0) throw notFound(...sentences);
}

/**
 * Takes the row of an entity until the transaction ends: nothing new can refer to it meanwhile.
 * @throws ApiError not_found
 */
export async function hold(tx: Db, kind: Kind, id: string): Promise<void> {
  const { table, label } = KINDS[kind];
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM ${Prisma.raw(`geopf.${table}`)} WHERE id = ${id}::uuid FOR UPDATE`;
  if (rows.length === 0) throw notFound(`${label} ${id} n'existe pas.`);
}

/** The rank of an entry added to the catalogue: after the others. */
export async function nextPosition(tx: Db, kind: 'storage' | 'endpoint' | 'check' | 'processing'): Promise<number> {
  const [row] = await tx.$queryRaw<{ next: number }[]>`
    SELECT coalesce(max(position), -1) + 1 AS next FROM ${Prisma.raw(`geopf.${KINDS[kind].table}`)}`;
  return row?.next ?? 0;
}

/** The datastores to which an entry of the catalogue is lent, as sentences that refuse its deletion. */
export async function lendingSentences(
  tx: Db,
  kind: 'storage' | 'endpoint' | 'check' | 'processing',
  id: string,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT DISTINCT community.name
    FROM ${Prisma.raw(`geopf.datastore_${kind} AS lent`)}
    JOIN geopf.datastore AS datastore ON datastore.id = lent.datastore_id
    JOIN geopf.community AS community ON community.id = datastore.community_id
    WHERE ${Prisma.raw(`lent.${kind}_id`)} = ${id}::uuid ORDER BY community.name`;
  return rows.map(({ name }) => `L'entrepôt « ${name} » en dispose.`);
}
