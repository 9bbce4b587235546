import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableFileError } from '../ogc/unreadable.js';
import { type FileKind, type FileReading, parseFile } from './file-kinds.js';
import type { FileRead } from './file-reader.js';

/** Entry of the thread of file-reader.ts: reads one file, then ends. */

function read(reading: FileReading<FileKind>): FileRead {
  try {
    return { content: parseFile(reading) };
  } catch (error) {
    // An error loses its class on the way.
    if (error instanceof UnreadableFileError) return { sentences: error.sentences };
    throw error;
  }
}

parentPort?.postMessage(read(workerData as FileReading<FileKind>));
