import { open } from 'node:fs/promises';
import { type FileMetaData, parquetMetadata, parquetSchema } from 'hyparquet';

/** Reading of Parquet files as far as a check needs: footer, schema, places of the row groups. No page is decoded. */

/** What the footer of a Parquet file says. */
export interface ParquetFile {
  readonly rows: number;
  /** Names of the columns, nested ones under their root. */
  readonly columns: readonly string[];
  /** Value of the metadata key `geo`, if there is one. */
  readonly geo: string | null;
}

/** A Parquet file that cannot be read; the message is a French sentence. */
export class ParquetFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ParquetFault';
  }
}

const MAGIC = 'PAR1';
/** Footer length and magic at the end. */
const TAIL_BYTES = 8;
/** Largest footer that is read: a file of a million row groups has less. */
const MAX_FOOTER = 64 * 1024 * 1024;

/**
 * Reads the footer of a Parquet file.
 * @param name as messages give it
 * @throws ParquetFault
 */
export async function readParquetFile(path: string, name: string): Promise<ParquetFile> {
  const { footer, size } = await readFooter(path, name);
  try {
    return readMetadata(footer, size, name);
  } catch (error) {
    if (error instanceof ParquetFault) throw error;
    // The parser believes what it reads: on damaged bytes it fails in any way.
    throw new ParquetFault(`Le pied du fichier ${name} est illisible : ${(error as Error).message}`);
  }
}

function readMetadata(footer: ArrayBuffer, size: number, name: string): ParquetFile {
  const metadata = parquetMetadata(footer, { geoparquet: false });
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  checkRowGroups(metadata, size - footer.byteLength, name);
  const value = metadata.key_value_metadata?.find(({ key }) => key === 'geo')?.value;
  return { rows: Number(metadata.num_rows), columns: columns.map(String), geo: value ?? null };
}

async function readFooter(path: string, name: string): Promise<{ footer: ArrayBuffer; size: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(MAGIC.length);
    const tail = Buffer.alloc(TAIL_BYTES);
    if (size >= MAGIC.length + TAIL_BYTES) {
      await file.read(head, 0, head.length, 0);
      await file.read(tail, 0, tail.length, size - TAIL_BYTES);
    }
    if (head.toString('latin1') !== MAGIC) throw new ParquetFault(`Le fichier ${name} n'est pas un fichier Parquet`);
    if (tail.toString('latin1', 4) !== MAGIC)
      throw new ParquetFault(`Le fichier ${name} est tronqué : il n'a pas de pied`);
    const length = tail.readUInt32LE(0) + TAIL_BYTES;
    if (length > size - MAGIC.length || length > MAX_FOOTER) {
      throw new ParquetFault(`Le pied du fichier ${name} annonce ${length} octets`);
    }
    const footer = new ArrayBuffer(length);
    await file.read(new Uint8Array(footer), 0, length, size - length);
    return { footer, size };
  } finally {
    await file.close();
  }
}

/** @param end offset where data must end */
function checkRowGroups({ row_groups: groups, num_rows: total }: FileMetaData, end: number, name: string): void {
  let rows = 0n;
  for (const [index, group] of groups.entries()) {
    rows += group.num_rows;
    for (const { meta_data: column } of group.columns) {
      if (column === undefined) continue;
      const start = column.dictionary_page_offset ?? column.data_page_offset;
      if (start < MAGIC.length || start + column.total_compressed_size > end) {
        throw new ParquetFault(`Le groupe de lignes ${index + 1} de ${name} sort du fichier, qui est tronqué`);
      }
    }
  }
  if (rows !== total) {
    throw new ParquetFault(`Les groupes de lignes de ${name} en comptent ${rows}, le fichier en annonce ${total}`);
  }
}
