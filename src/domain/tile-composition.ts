import { findTileMatrixSet } from './tile-matrix-sets.js';
import type { RelationInfo } from './outcomes.js';

/** `composition` of a pyramid of vector tiles (lifecycle §4.9): which tables, at which levels, with which attributes. */

/** The only tile matrix set of vector tiles. */
export const VECTOR_TILE_MATRIX_SET = 'PM';

/** An item of a composition, complete. */
export interface CompositionItem {
  readonly table: string;
  /** Name of its layer in the tiles. */
  readonly layer: string;
  /** Numbers of levels, the bottom one being the finest. */
  readonly bottom: number;
  readonly top: number;
  /** `null` for all. */
  readonly attributes: readonly string[] | null;
  /** A condition in PostgreSQL's SQL, unchecked, or `null`. */
  readonly filter: string | null;
}

/** An item as its constraints let it come. */
interface GivenItem {
  readonly table: string;
  readonly layer?: string;
  readonly bottom_level?: string | number;
  readonly top_level?: string | number;
  readonly filter?: string;
  readonly attributes?: string | readonly string[];
}

/** Most layers in a tile. */
const MAX_ITEMS = 200;

/**
 * Reads the composition and the levels it may leave out, in parameters that fit their constraints.
 * @returns the items, or the French sentences of all that is wrong
 */
export function readComposition(
  parameters: Readonly<Record<string, unknown>>,
): { items: readonly CompositionItem[] } | { faults: readonly string[] } {
  const given = parameters.composition as readonly GivenItem[];
  if (given.length > MAX_ITEMS) return { faults: [`Le paramètre "composition" compte plus de ${MAX_ITEMS} éléments.`] };
  const faults: string[] = [];
  const items = given.map((item, index): CompositionItem => {
    const at = `composition[${index}]`;
    const { table } = item;
    const layer = item.layer === undefined || item.layer === '' ? table : item.layer;
    const level = (name: 'bottom_level' | 'top_level') =>
      readLevel(
        item[name] ?? (parameters[name] as string | number | undefined),
        item[name] === undefined ? name : `${at}.${name}`,
        at,
        faults,
      );
    const [bottom, top] = [level('bottom_level'), level('top_level')];
    if (bottom >= 0 && top > bottom) {
      faults.push(`Dans "${at}", le niveau du haut (${top}) est plus fin que celui du bas (${bottom}).`);
    }
    const filter = item.filter === undefined || item.filter.trim() === '' ? null : item.filter;
    return { table, layer, bottom, top, attributes: readAttributes(item.attributes), filter };
  });
  return faults.length > 0 ? { faults: [...new Set(faults)] } : { items };
}

/** A level of the tile matrix set, -1 for none. */
function readLevel(value: string | number | undefined, field: string, item: string, faults: string[]): number {
  if (value === undefined || value === '') {
    faults.push(`Le paramètre "${field}" est obligatoire, puisque "${item}" ne le donne pas.`);
    return -1;
  }
  const found = findTileMatrixSet(VECTOR_TILE_MATRIX_SET).levels.findIndex(({ id }) => id === String(value).trim());
  if (found < 0) {
    faults.push(`Le niveau "${value}" de "${field}" n'existe pas dans le TMS ${VECTOR_TILE_MATRIX_SET}.`);
  }
  return found;
}

/** A list, or names separated by commas; `*` means all, as does nothing. */
function readAttributes(value: GivenItem['attributes']): string[] | null {
  if (value === undefined) return null;
  const names = (typeof value === 'string' ? value.split(',') : value).map((name) => name.trim());
  return names.includes('*') ? null : [...new Set(names.filter((name) => name !== ''))];
}

/** What a composition names that the database does not have: a French sentence each. */
export function compositionFaults(items: readonly CompositionItem[], relations: readonly RelationInfo[]): string[] {
  return items.flatMap(({ table, attributes }) => {
    const relation = relations.find(({ name }) => name === table);
    if (relation === undefined) {
      const known = relations.map(({ name }) => name).join(', ');
      return [`La table "${table}" n'existe pas dans la base de données (tables : ${known}).`];
    }
    if (!Object.values(relation.attributes).some((type) => type.startsWith('geometry'))) {
      return [`La table "${table}" n'a pas de géométrie.`];
    }
    return (attributes ?? [])
      .filter((name) => !Object.hasOwn(relation.attributes, name))
      .map((name) => `L'attribut "${name}" n'existe pas dans la table "${table}".`);
  });
}
