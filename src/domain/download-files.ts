import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { LruMap } from '../render/lru-map.js';
import { archiveKeyOf } from './archive-files.js';
import { findPart } from './downloads.js';
import type { Visit } from './guard/visit.js';
import { lastPublishedDownloads } from './published-downloads.js';

/** A file to download, and where its bytes are now. */
export interface FoundFile {
  /** Id of what shows it. */
  readonly offering: string;
  readonly name: string;
  /** In storage. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** When an archive held these bytes under this name first. */
  readonly since: Date;
}

type FileRow = Omit<FoundFile, 'offering' | 'name'>;

/** Files by storage prefix and name: what is under a prefix never changes. */
const rows = new WeakMap<Deps['pool'], LruMap<string, FileRow>>();
const MAX_ROWS = 10_000;

/** A file by its names. */
export interface AskedFile {
  readonly name: string;
  readonly part: string;
  readonly file: string;
}

/**
 * Where the file was when it was last looked for, without asking the database; `null` when that is not known. It may be
 * gone or hidden: {@link findFile} tells.
 */
export async function guessFile(
  { pool }: Pick<Deps, 'pool'>,
  visit: Visit,
  { name, part: partName, file }: AskedFile,
): Promise<FileRow | null> {
  const published = await lastPublishedDownloads({ pool }, visit);
  const part = published?.byName.get(name)?.parts.find((candidate) => candidate.name === partName);
  const filesKey = part && published?.archives.get(part.storedData)?.filesKey;
  return rows.get(pool)?.get(`${filesKey}/${file}`) ?? null;
}

/** The file of a part by its name. @throws ApiError not_found */
export async function findFile({ pool }: Pick<Deps, 'pool'>, visit: Visit, asked: AskedFile): Promise<FoundFile> {
  const { published, resource, part } = await findPart({ pool }, visit, asked);
  const filesKey = published.archives.get(part.storedData)?.filesKey;
  const known = rows.get(pool)?.get(`${filesKey}/${asked.file}`);
  const row = known ?? (await readFile(pool, part.storedData, asked.file));
  if (row === null) throw notFound(`La sous-ressource "${part.name}" n'a pas de fichier "${asked.file}".`);
  return { ...row, offering: resource.offering, name: asked.file };
}

/** The row and the prefix of its bytes are of one moment, whatever is being replaced. */
async function readFile(pool: Deps['pool'], storedData: string, name: string): Promise<FileRow | null> {
  const { rows: found } = await pool.query<{ prefix: string; size: string; md5: string; since: Date }>(
    `SELECT data.files_key AS prefix, file.size, file.md5, file.creation AS since
     FROM geopf.stored_data AS data JOIN geopf.stored_data_file AS file ON file.stored_data_id = data.id
     WHERE data.id = $1 AND file.name = $2 AND data.files_key IS NOT NULL`,
    [storedData, name],
  );
  const [row] = found;
  if (row === undefined) return null;
  const { prefix, size, md5, since } = row;
  const file = { key: `${prefix}/${archiveKeyOf(name)}`, size: Number(size), md5, since };
  const known = rows.get(pool) ?? new LruMap<string, FileRow>(MAX_ROWS);
  rows.set(pool, known);
  known.set(`${prefix}/${name}`, file);
  return file;
}
