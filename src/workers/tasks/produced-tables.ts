import type pg from 'pg';
import { measureSchema } from '../../domain/feature-measures.js';
import type { StoredDataResult } from '../../domain/outcomes.js';
import { DataFault } from '../../processing/data-fault.js';
import { isStatementRefusal } from './sql-execution.js';

/** The end of a transaction that changed a VECTOR-DB, with the rights of its role: what producers attached runs here. */

/**
 * Looks at what waits for the end of the transaction, while a refusal can still be told: keys between tables, triggers.
 * @throws DataFault
 */
export async function checkConstraints(client: pg.Client): Promise<void> {
  try {
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (error) {
    if (!isStatementRefusal(error)) throw error;
    throw new DataFault(`Contrainte non respectée à la fin du traitement : ${error.message}`);
  }
}

/**
 * Measures a schema: every row is looked at, and the views of a producer may be long, or fail.
 * @throws DataFault
 */
export async function measureTables(
  client: pg.Client,
  { schema, srs }: { readonly schema: string; readonly srs: string },
): Promise<StoredDataResult> {
  try {
    return await measureSchema(client as Pick<pg.Pool, 'query'>, schema, srs);
  } catch (error) {
    if (!isStatementRefusal(error)) throw error;
    throw new DataFault(`Les tables et vues produites ne peuvent être lues : ${error.message}`);
  }
}
