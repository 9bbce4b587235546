import type pg from 'pg';

/**
 * Whether an execution was not stopped meanwhile. It is held as it is until the end of the transaction, so that no abort
 * falls between this look and the commit.
 */
export async function stillRunning(client: pg.Client, executionId: string): Promise<boolean> {
  const { rows } = await client.query<{ status: string }>(
    'SELECT status FROM geopf.processing_execution WHERE id = $1 FOR SHARE',
    [executionId],
  );
  return rows[0]?.status === 'PROGRESS';
}
