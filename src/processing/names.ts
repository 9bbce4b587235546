/** Names of tables and columns made from those of layers, files and fields (lifecycle §4.3, §10 rows 5 and 6). */

/** Longest identifier of PostgreSQL, bytes. */
const MAX_IDENTIFIER = 63;

/** Lower case, without accents, dashes as underscores: what the check controls. */
export function standardiseName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll('-', '_');
}

/** The name used in the database: {@link standardiseName}, then every character outside `[a-z0-9_]` becomes `_`. */
export function databaseName(name: string): string {
  return standardiseName(name)
    .replaceAll(/[^a-z0-9_]/gu, '_')
    .slice(0, MAX_IDENTIFIER);
}

/** The French reason why a name cannot be a table or column, once standardised; `null` when it can. */
export function nameFault(name: string): string | null {
  const standard = standardiseName(name);
  if (standard === '') return 'le nom est vide';
  // A dash becomes "_" elsewhere, but not here: commands would take the name for an option.
  if (!/^[a-z_]/.test(standard) || name.startsWith('-')) return 'le nom doit commencer par une lettre ou par « _ »';
  if (!/^[a-z0-9_]+$/.test(standard)) return 'seuls les lettres, les chiffres et « _ » sont acceptés';
  if (standard.length > MAX_IDENTIFIER) return `le nom dépasse ${MAX_IDENTIFIER} caractères`;
  return null;
}

/** Columns that every table of PostgreSQL has. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** Like {@link nameFault}, for a column. */
export function columnFault(name: string): string | null {
  const fault = nameFault(name);
  if (fault !== null) return fault;
  return SYSTEM_COLUMNS.has(standardiseName(name)) ? 'ce nom est réservé par PostgreSQL' : null;
}

/** Columns that an integration adds to the attributes (lifecycle §10 row 6). */
export const GEOMETRY_COLUMN = 'geom';
export const keyColumn = (format: string) => (format === 'GeoPackage' ? 'fid' : 'ogc_fid');

/**
 * Database names of the fields of a layer, in order. A field that would take the name of the key or of the geometry,
 * or the name of an earlier field, gets the first free suffix `_1`, `_2`…
 */
export function columnNames(fields: readonly string[], reserved: readonly string[]): string[] {
  const taken = new Set(reserved);
  return fields.map((field) => {
    const base = databaseName(field);
    let name = base;
    for (let suffix = 1; taken.has(name); suffix += 1) {
      name = `${base.slice(0, MAX_IDENTIFIER - 1 - String(suffix).length)}_${suffix}`;
    }
    taken.add(name);
    return name;
  });
}
