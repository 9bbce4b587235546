import type { NomenclatureType } from '../catalogue/nomenclatures.js';
import type { Db } from './database.js';

/** The label of a term, whatever its capitals; `undefined` for a term that the platform does not have. */
export type Labels = (type: NomenclatureType, term: string) => string | undefined;

/** Reads the labels of terms of any type. */
export async function readLabels(db: Db, terms: readonly (string | null | undefined)[]): Promise<Labels> {
  const wanted = [...new Set(terms.flatMap((term) => term?.toLowerCase() ?? []))];
  const rows = await db.$queryRaw<{ type: string; term: string; label: string }[]>`
    SELECT type, term, label FROM geopf.nomenclature WHERE lower(term) = ANY (${wanted})`;
  const labels = new Map(rows.map(({ type, term, label }) => [`${type} ${term.toLowerCase()}`, label]));
  return (type, term) => labels.get(`${type} ${term.toLowerCase()}`);
}
