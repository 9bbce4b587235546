import type pg from 'pg';
import { keyFilter, type KeyFilter, type KeyFilterColumns } from './filters.js';
import { type Grant, KeyRights } from './key-rights.js';

/** Keys as the guard reads them in the registry: all that decides what they open, in one question. */

/** By what a key is found. */
export type KeySearch =
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'HASH' | 'HEADER'; /** Digest. */ readonly value: string }
  | { readonly by: 'BASIC'; /** Login. */ readonly value: string }
  | { readonly by: 'OAUTH2'; /** Id of the owner. */ readonly value: string };

/** A key as it was at some epoch of rights. */
export class HeldKey {
  readonly passwordHash: string | null;
  readonly passes: KeyFilter;
  private rights: KeyRights | null = null;

  constructor(private readonly row: KeyRow) {
    this.passwordHash = row.passwordHash;
    this.passes = keyFilter(row);
  }

  /** What it opens; permissions end by themselves. @param now milliseconds */
  rightsAt(now: number): KeyRights {
    if (this.rights === null || now >= this.rights.until) this.rights = new KeyRights(this.row, this.row.grants, now);
    return this.rights;
  }
}

interface KeyRow extends KeyFilterColumns {
  /** By which it was looked for. */
  readonly value: string;
  readonly id: string;
  readonly user: string;
  readonly passwordHash: string | null;
  readonly headerNames: readonly string[] | null;
  readonly grants: readonly Grant[];
}

/**
 * How keys are found by many values. These stand in a query of their own, so that PostgreSQL takes every number of them
 * for the same work: it would plan each question anew, which takes longer than to answer it.
 */
const CONDITIONS: Readonly<Record<KeySearch['by'], string>> = {
  id: 'key.id = ANY ((SELECT $1::uuid[])::uuid[])',
  HASH: `key.digest = ANY ((SELECT $1::text[])::text[]) AND key.type = 'HASH'`,
  HEADER: `key.digest = ANY ((SELECT $1::text[])::text[]) AND key.type = 'HEADER'`,
  BASIC: `key.login = ANY ((SELECT $1::text[])::text[]) AND key.type = 'BASIC'`,
  OAUTH2: `key.user_id = ANY ((SELECT $1::uuid[])::uuid[]) AND key.type = 'OAUTH2'`,
};

const VALUES: Readonly<Record<KeySearch['by'], string>> = {
  id: 'key.id::text',
  HASH: 'key.digest',
  HEADER: 'key.digest',
  BASIC: 'key.login',
  OAUTH2: 'key.user_id::text',
};

/**
 * Reads keys of people whose account is not disabled, with their accesses that hold, time apart (access.md §8, rows 7,
 * 11 and 12): of active datastores; without permission to offerings open to all keys, or by a permission that still
 * covers the offering, benefits the owner, and takes keys of that type. An offering open to all keys needs no more than
 * the access, whatever its permission has become.
 * @returns by value, those that there are
 */
export async function findHeldKeys(
  pool: pg.Pool,
  by: KeySearch['by'],
  values: readonly string[],
): Promise<ReadonlyMap<string, HeldKey>> {
  const { rows } = await pool.query<KeyRow>({ name: `held-keys-${by}`, text: keySql(by), values: [values] });
  return new Map(rows.map((row) => [row.value, new HeldKey(row)]));
}

function keySql(by: KeySearch['by']): string {
  return `
    SELECT ${VALUES[by]} AS value, key.id, key.user_id AS "user", key.password_hash AS "passwordHash", key.header_names AS "headerNames",
      key.whitelist, key.blacklist, key.user_agent AS "userAgent", key.referer, (
        SELECT coalesce(json_agg(json_build_object(
          'offering', access.offering_id, 'access', access.id, 'permission', access.permission_id,
          'until', CASE WHEN NOT offering.open THEN floor(extract(epoch FROM permission.end_date) * 1000) END)), '[]')
        FROM geopf.access AS access
        JOIN geopf.offering AS offering ON offering.id = access.offering_id
        JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
        JOIN geopf.datastore AS datastore ON datastore.id = configuration.datastore_id
        LEFT JOIN geopf.permission AS permission ON permission.id = access.permission_id
        WHERE access.key_id = key.id AND datastore.active AND (offering.open OR (
          (key.type = 'OAUTH2' OR NOT permission.only_oauth)
          AND EXISTS (
            SELECT FROM geopf.permission_offering AS covered
            WHERE covered.permission_id = permission.id AND covered.offering_id = offering.id)
          AND (permission.user_id = key.user_id
            OR EXISTS (
              SELECT FROM geopf.member AS member
              WHERE member.community_id = permission.community_id AND member.user_id = key.user_id)
            OR EXISTS (
              SELECT FROM geopf.community AS community
              WHERE community.id = permission.community_id AND community.supervisor_id = key.user_id))))
      ) AS grants
    FROM geopf.user_key AS key
    LEFT JOIN geopf.account AS account ON account.id = key.user_id
    WHERE ${CONDITIONS[by]} AND account.enabled IS NOT FALSE`;
}

/** The sets of headers that HEADER keys are told by, names in lower case and sorted. */
export async function headerSets(pool: pg.Pool): Promise<string[][]> {
  const { rows } = await pool.query<{ names: string[] }>(
    `SELECT DISTINCT header_names AS names FROM geopf.user_key
     WHERE type = 'HEADER' AND cardinality(header_names) > 0
     ORDER BY header_names`,
  );
  return rows.map(({ names }) => names);
}
