import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from '../../src/deps.js';
import { archiveKeyOf, replaceArchiveFiles } from '../../src/domain/archive-files.js';
import { download } from '../../src/domain/configuration-types/download.js';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { touchPublications } from '../../src/domain/published.js';
import { createRandom } from '../lib/statistics.js';

/** The files of bench/download: in an archive that is published, and under their names in a folder. The same bytes. */

export const RESOURCE = 'bench';
export const PART = 'files';
export const LARGE = 'large.bin';

export interface BenchFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
}

const MIN_SMALL = 1024;
const MAX_SMALL = 60 * 1024;
const BLOCK = 4 * 1024 * 1024;

/** Writes small files of 1 to 60 KiB and a large one, the same at every run. */
export async function writeFiles(folder: string, count: number, largeSize: number): Promise<BenchFile[]> {
  const random = createRandom(6);
  const files: BenchFile[] = [];
  for (let at = 0; at < count; at += 1) {
    const size = Math.round(MIN_SMALL * (MAX_SMALL / MIN_SMALL) ** random());
    files.push(await writeFile(folder, `${at}.bin`, size, random));
  }
  files.push(await writeFile(folder, LARGE, largeSize, random));
  return files;
}

async function writeFile(folder: string, name: string, size: number, random: () => number): Promise<BenchFile> {
  const handle = await open(join(folder, name), 'wx', 0o644);
  const hash = createHash('md5');
  const block = Buffer.alloc(Math.min(BLOCK, size));
  for (let at = 0; at < block.length; at += 1) block[at] = random() * 256;
  for (let written = 0; written < size;) {
    block.writeUInt32LE(written / BLOCK, 0);
    const piece = block.subarray(0, Math.min(block.length, size - written));
    hash.update(piece);
    await handle.write(piece);
    written += piece.length;
  }
  await handle.close();
  return { name, size, md5: hash.digest('hex') };
}

/** Puts the files into an archive and shows it on the open endpoint, as the jobs of both do. */
export async function publishFiles(
  deps: Pick<Deps, 'prisma' | 'storage' | 'pool'>,
  folder: string,
  files: readonly BenchFile[],
): Promise<void> {
  const { prisma, storage, pool } = deps;
  const storedData = randomUUID();
  const filesKey = filesKeyOf(storedData, randomUUID());
  const root = storage.localPath(filesKey);
  await mkdir(root, { recursive: true });
  for (const { name } of files) await link(join(folder, name), join(root, archiveKeyOf(name)));
  await pool.query(
    `INSERT INTO geopf.stored_data (id, datastore_id, storage_id, type, name, status, srs, files_key)
     SELECT $1, lent.datastore_id, lent.storage_id, 'ARCHIVE', 'bench', 'GENERATED', 'EPSG:4326', $2
     FROM geopf.datastore_storage AS lent WHERE lent.usage = 'DATA' LIMIT 1`,
    [storedData, filesKey],
  );
  await prisma.$transaction((tx) => replaceArchiveFiles(tx, storedData, files));
  const { rows } = await pool.query<{ id: string }>(
    `WITH configuration AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT gen_random_uuid(), id, 'DOWNLOAD', $1, $1, '{}', 'PUBLISHED' FROM geopf.datastore LIMIT 1
       RETURNING id)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls)
     SELECT gen_random_uuid(), configuration.id, endpoint.id, 'PUBLISHED', true, '[]'
     FROM configuration, geopf.endpoint WHERE endpoint.technical_name = 'gpf-download'
     RETURNING id`,
    [RESOURCE],
  );
  const offeringId = rows[0]?.id ?? '';
  const resource = await download.publish(deps, {
    offeringId,
    layerName: RESOURCE,
    typeInfos: {
      title: { fr: 'bench' },
      abstract: { fr: 'bench' },
      used_data: [{ sub_name: PART, stored_data: storedData }],
    },
    attribution: null,
    metadata: [],
  });
  const publication = JSON.stringify(resource);
  await pool.query('UPDATE geopf.offering SET publication = $2 WHERE id = $1', [offeringId, publication]);
  await touchPublications(prisma);
}
