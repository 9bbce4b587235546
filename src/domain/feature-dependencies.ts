import type pg from 'pg';

/** What the relations and functions of one VECTOR-DB take from another: PostgreSQL keeps account of it. */

type Client = Pick<pg.ClientBase, 'query'>;

/** Ids of the stored data that a schema shows by reference. Needs the rights of the emulator. */
export async function usedStoredData(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `WITH own AS (
       SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, oid AS objid
       FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))
       UNION ALL
       SELECT 'pg_catalog.pg_rewrite'::regclass, rule.oid
       FROM pg_catalog.pg_rewrite AS rule JOIN pg_catalog.pg_class AS view ON view.oid = rule.ev_class
       WHERE view.relnamespace = to_regnamespace(quote_ident($1))
       UNION ALL
       SELECT 'pg_catalog.pg_proc'::regclass, oid FROM pg_catalog.pg_proc WHERE pronamespace = to_regnamespace(quote_ident($1)))
     SELECT DISTINCT stored_data.id
     FROM own JOIN pg_catalog.pg_depend AS link USING (classid, objid)
     LEFT JOIN pg_catalog.pg_class AS relation
       ON link.refclassid = 'pg_catalog.pg_class'::regclass AND relation.oid = link.refobjid
     LEFT JOIN pg_catalog.pg_type AS row_type
       ON link.refclassid = 'pg_catalog.pg_type'::regclass AND row_type.oid = link.refobjid
     JOIN pg_catalog.pg_namespace AS space ON space.oid = coalesce(relation.relnamespace, row_type.typnamespace)
     JOIN geopf.stored_data AS stored_data ON stored_data.schema_name = space.nspname
     WHERE space.oid <> to_regnamespace(quote_ident($1)) ORDER BY 1`,
    [schema],
  );
  return rows.map(({ id }) => id);
}

/** Oids of the views and functions of other schemas that take something from the relations of a schema. */
export async function dependentsOf(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ oid: string }>(
    `WITH own AS (
       SELECT 'pg_catalog.pg_class'::regclass::oid AS refclassid, oid AS refobjid
       FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))
       UNION ALL
       SELECT 'pg_catalog.pg_type'::regclass, oid FROM pg_catalog.pg_type WHERE typnamespace = to_regnamespace(quote_ident($1)))
     SELECT DISTINCT coalesce(view.oid, routine.oid)::text AS oid
     FROM own JOIN pg_catalog.pg_depend AS link USING (refclassid, refobjid)
     LEFT JOIN pg_catalog.pg_rewrite AS rule
       ON link.classid = 'pg_catalog.pg_rewrite'::regclass AND rule.oid = link.objid
     LEFT JOIN pg_catalog.pg_class AS view
       ON view.oid = coalesce(rule.ev_class, CASE WHEN link.classid = 'pg_catalog.pg_class'::regclass THEN link.objid END)
     LEFT JOIN pg_catalog.pg_proc AS routine
       ON link.classid = 'pg_catalog.pg_proc'::regclass AND routine.oid = link.objid
     WHERE coalesce(view.relnamespace, routine.pronamespace) <> to_regnamespace(quote_ident($1)) ORDER BY 1`,
    [schema],
  );
  return rows.map(({ oid }) => oid);
}
