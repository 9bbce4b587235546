import type { ClientBase } from 'pg';
import { REGISTRY_SCHEMA } from '../deps.js';
import { quoteIdentifier } from '../domain/relations.js';

/** A row of a registry table, by column name as PostgreSQL has it. Same columns in every row of a call. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Writes rows in one statement, updating those that exist: what makes a seed fast and repeatable.
 * PostgreSQL itself turns JSON into the columns' types; columns left out keep their default or value.
 * @param key columns of a unique constraint
 */
export async function upsertRows(
  client: ClientBase,
  table: string,
  { key, rows }: { key: readonly string[]; rows: readonly Row[] },
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first).map(quoteIdentifier);
  const changing = Object.keys(first)
    .filter((column) => !key.includes(column))
    .map(quoteIdentifier);
  const target = `${REGISTRY_SCHEMA}.${quoteIdentifier(table)}`;
  const action =
    changing.length === 0 ? 'NOTHING' : `UPDATE SET ${changing.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
  await client.query(
    `INSERT INTO ${target} (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${target}, $1::jsonb)
     ON CONFLICT (${key.map(quoteIdentifier).join(', ')}) DO ${action}`,
    [JSON.stringify(rows)],
  );
}
