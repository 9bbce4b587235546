import { createReadStream } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { utf8Fault } from '../utf8.js';
import { readCsvHeader } from './header.js';

/** How a CSV was read that is not in UTF-8. */
export interface ForeignEncoding {
  /** As its users call it. */
  readonly name: 'Windows-1252' | 'UTF-16';
  /** First line that is not UTF-8. */
  readonly line: number;
}

/**
 * Makes a CSV readable by GDAL, which knows UTF-8 only and no `|`: where needed the link to the delivered file is
 * replaced by a converted copy of the same name, so that companions are still found and a second call changes nothing.
 * Bytes that are not UTF-8 are read as Windows-1252, which holds all of ISO-8859-1's letters.
 * @param path in a tree laid out by `layOutTree`
 * @returns the encoding that was converted, `null` for UTF-8
 */
export async function prepareCsv(path: string): Promise<ForeignEncoding | null> {
  const encoding = await foreignEncoding(path);
  if (encoding !== null) await rewrite(path, decodedWith(encoding.label));
  if ((await readCsvHeader(path)).separator === '|') await rewrite(path, decodedWith('utf-8', tabsForBars()));
  return encoding === null ? null : { name: encoding.name, line: encoding.line };
}

interface Encoding extends ForeignEncoding {
  /** Of the Encoding Standard. */
  readonly label: string;
}

async function foreignEncoding(path: string): Promise<Encoding | null> {
  const line = await utf8Fault(path);
  if (line === null) return null;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const mark = buffer.readUInt16BE(0);
    if (mark === 0xfffe) return { name: 'UTF-16', label: 'utf-16le', line };
    if (mark === 0xfeff) return { name: 'UTF-16', label: 'utf-16be', line };
    return { name: 'Windows-1252', label: 'windows-1252', line };
  } finally {
    await file.close();
  }
}

type TextReader = (path: string) => AsyncIterable<string>;

function decodedWith(label: string, change: (text: string) => string = (text) => text): TextReader {
  return async function* (path) {
    const decoder = new TextDecoder(label);
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      yield change(decoder.decode(chunk as Buffer, { stream: true }));
    }
    yield change(decoder.decode());
  };
}

async function rewrite(path: string, read: TextReader): Promise<void> {
  const copy = `${path}.utf8`;
  await writeFile(copy, read(path));
  await rename(copy, path);
}

/** Bars become tabs outside quotes; a tab there, which would become a separator, a blank. */
function tabsForBars(): (text: string) => string {
  let isQuoted = false;
  return (text) =>
    text.replaceAll(/["|\t]/g, (mark) => {
      if (mark === '"') isQuoted = !isQuoted;
      if (isQuoted || mark === '"') return mark;
      return mark === '|' ? '\t' : ' ';
    });
}
