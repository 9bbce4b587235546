import type { Db } from './database.js';
import { distinctIds } from './ids.js';

/** An offering that stays as it is until the end of the transaction. */
export interface HeldOffering {
  readonly id: string;
  readonly status: string;
  /** To all keys. */
  readonly open: boolean;
  readonly endpointOpen: boolean;
  readonly layerName: string;
  readonly datastoreId: string;
}

/**
 * The offerings of these ids, by id in lower case, kept from change and removal. Whoever also holds a permission takes
 * the offerings first, as their removal does: rows taken in two orders would be a deadlock.
 */
export async function holdOfferings(tx: Db, ids: readonly string[]): Promise<Map<string, HeldOffering>> {
  const rows = await tx.$queryRaw<HeldOffering[]>`
    SELECT offering.id, offering.status, offering.open, endpoint.open AS "endpointOpen",
      configuration.layer_name AS "layerName", configuration.datastore_id AS "datastoreId"
    FROM geopf.offering AS offering
    JOIN geopf.endpoint AS endpoint ON endpoint.id = offering.endpoint_id
    JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
    WHERE offering.id = ANY(${[...ids]}::uuid[])
    ORDER BY offering.id FOR SHARE OF offering`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Identifiers of a body as the registry writes them. @param faults gets a sentence when one comes twice */
export function readIds(field: string, ids: readonly string[], faults: string[]): string[] {
  const distinct = distinctIds(ids);
  if (distinct.length < ids.length) faults.push(`Le champ "${field}" ne doit pas contenir de doublon.`);
  return distinct;
}
