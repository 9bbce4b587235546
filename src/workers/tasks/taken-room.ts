import type pg from 'pg';
import { assertFits, NoRoomError } from '../../domain/storage-room.js';
import { DataFault } from '../../processing/data-fault.js';

/**
 * Takes the room of the tables of an execution's output, in the transaction that ends with their commit: their size is
 * known to whoever asks for room next.
 * @param size bytes
 * @throws DataFault when the storage has no room for them
 */
export async function takeRoom(client: pg.Client, executionId: string, size: number): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT output_stored_data_id::text AS id FROM geopf.processing_execution WHERE id = $1',
    [executionId],
  );
  const id = rows[0]?.id;
  if (id === undefined) return;
  const ask = async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await client.query<Row>(text, [...values])).rows;
  try {
    await assertFits(ask, id, size);
  } catch (error) {
    throw error instanceof NoRoomError ? new DataFault(error.message) : error;
  }
  await client.query('UPDATE geopf.stored_data SET size = $2 WHERE id = $1', [id, size]);
}
