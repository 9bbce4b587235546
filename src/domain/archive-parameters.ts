import { findTileMatrixSet } from './tile-matrix-sets.js';
import { type CompositionItem, VECTOR_TILE_MATRIX_SET } from './tile-composition.js';

/** Parameters of the PMTiles processing (lifecycle §4.9). */

/** What is to be made, complete. */
export interface ArchiveParameters {
  readonly composition: readonly CompositionItem[];
  /** The bottom level is guessed of the data. */
  readonly guessBottom: boolean;
  /** Options of tippecanoe. */
  readonly options: string;
  /** Name of the file, with its extension. */
  readonly fileName: string;
}

const DEFAULT_OPTIONS = '--drop-densest-as-needed --extend-zooms-if-still-dropping';
const EXTENSION = '.pmtiles';
const MAX_NAME = 100;

/**
 * Reads parameters that fit their constraints.
 * @returns what they mean, or the French sentences of all that is wrong
 */
export function readArchiveParameters(
  parameters: Readonly<Record<string, unknown>>,
): { parameters: ArchiveParameters } | { faults: readonly string[] } {
  const relations = Object.entries(parameters.relations as Readonly<Record<string, string>>);
  const tippecanoe = (parameters.tippecanoe ?? {}) as { options?: string; top?: string; bottom?: string };
  const faults = relations.length === 0 ? ['Le paramètre "relations" ne nomme aucune table.'] : [];
  const level = (name: 'top' | 'bottom', value: string): number => {
    const found = findTileMatrixSet(VECTOR_TILE_MATRIX_SET).levels.findIndex(({ id }) => id === value.trim());
    if (found < 0)
      faults.push(`Le niveau "${value}" de "tippecanoe.${name}" n'existe pas dans le TMS ${VECTOR_TILE_MATRIX_SET}.`);
    return found;
  };
  const top = level('top', tippecanoe.top ?? '0');
  const guessBottom = (tippecanoe.bottom ?? 'g').trim() === 'g';
  const bottom = guessBottom ? top : level('bottom', tippecanoe.bottom ?? 'g');
  if (bottom >= 0 && top > bottom) {
    faults.push(`Dans "tippecanoe", le niveau du haut (${top}) est plus fin que celui du bas (${bottom}).`);
  }
  if (faults.length > 0) return { faults };
  return {
    parameters: {
      composition: relations.map(([table, name]) => ({
        table,
        layer: name === '' ? table : name,
        bottom,
        top,
        attributes: null,
        filter: null,
      })),
      guessBottom,
      options: tippecanoe.options ?? DEFAULT_OPTIONS,
      fileName: fileNameOf(parameters.fileout_name),
    },
  };
}

/** A name that any disk and any URL takes. */
function fileNameOf(given: unknown): string {
  const text = typeof given === 'string' ? given : '';
  const bare = text.toLowerCase().endsWith(EXTENSION) ? text.slice(0, -EXTENSION.length) : text;
  const safe = bare
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(0, MAX_NAME);
  return `${safe === '' ? 'data' : safe}${EXTENSION}`;
}
