import { createHash } from 'node:crypto';
import type { Db } from './database.js';
import type { ArchiveFile } from './outcomes.js';

/** The files of a stored data of type ARCHIVE. */

/**
 * Where the bytes of a file of an archive are, under the prefix of the files of its stored data: names of producers
 * (any script, up to 255 bytes) never reach the disk.
 */
export function archiveKeyOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Beside the bytes: what the archive holds, for whoever looks at the disk. */
export const ARCHIVE_DESCRIPTOR = 'descriptor.json';

/** Records what an archive is made of now; files whose bytes are the same keep their date. */
export async function replaceArchiveFiles(tx: Db, storedDataId: string, files: readonly ArchiveFile[]): Promise<void> {
  const made = JSON.stringify(files);
  await tx.$executeRaw`
    DELETE FROM geopf.stored_data_file AS former
    WHERE stored_data_id = ${storedDataId}::uuid AND NOT EXISTS (
      SELECT 1 FROM jsonb_to_recordset(${made}::jsonb) AS made (name text, size bigint, md5 text)
      WHERE made.name = former.name AND made.size = former.size AND made.md5 = former.md5)`;
  await tx.$executeRaw`
    INSERT INTO geopf.stored_data_file (stored_data_id, name, size, md5)
    SELECT ${storedDataId}::uuid, name, size, md5
    FROM jsonb_to_recordset(${made}::jsonb) AS made (name text, size bigint, md5 text)
    ON CONFLICT (stored_data_id, name) DO NOTHING`;
}
