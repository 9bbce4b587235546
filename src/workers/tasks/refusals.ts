import pg from 'pg';

/** What PostgreSQL and PostGIS refuse of a producer's data, in words for the log. */

/** SQLSTATE classes of refused values: data exception, integrity constraint, program limit, exception of a trigger. */
const DATA_CLASSES = ['22', '23', '54', 'P0'];
/** PostGIS gives it to geometries that it cannot read or transform. */
const POSTGIS_REFUSAL = 'XX000';
/** A trigger reached beyond its own schema. */
const FORBIDDEN = '42501';

/** Whether PostgreSQL refused a value, as opposed to a connection or a statement that failed. */
export function isRefusedValue(error: unknown): error is pg.DatabaseError & { code: string } {
  if (!(error instanceof pg.DatabaseError)) return false;
  return (
    error.code === POSTGIS_REFUSAL || error.code === FORBIDDEN || DATA_CLASSES.includes(error.code?.slice(0, 2) ?? '')
  );
}

const REASONS: Readonly<Record<string, string>> = {
  '22001': 'valeur trop longue pour la colonne',
  '22003': 'nombre hors des limites du type',
  '22007': 'date ou heure illisible',
  '22008': 'date ou heure hors des limites',
  '22021': 'caractère interdit en base',
  '22023': 'géométrie qui ne convient pas à la colonne',
  '22P02': 'valeur illisible',
  '23502': 'valeur obligatoire absente',
  '23503': 'référence vers une ligne qui n’existe pas',
  '23505': 'valeur déjà présente',
  '23514': 'contrainte non respectée',
  '23P01': 'contrainte d’exclusion non respectée',
  [FORBIDDEN]: 'accès interdit à un objet d’une autre donnée',
  [POSTGIS_REFUSAL]: 'géométrie illisible',
};

/** The reason of a refusal, with PostgreSQL's own message. */
export function refusalReason(error: pg.DatabaseError): string {
  const reason = REASONS[error.code ?? ''] ?? 'valeur refusée';
  const of = error.constraint === undefined ? '' : ` ${error.constraint}`;
  const detail = error.code === '23505' && error.detail !== undefined ? ` ; ${error.detail}` : '';
  return `${reason}${of} (${error.message}${detail})`;
}

/** Where a COPY was when it was refused: number of the row, from 1, and column when PostgreSQL knows it. */
export interface CopyPlace {
  readonly row: number;
  readonly column: string | undefined;
}

/** Reads `COPY table, line 12, column nom: "…"`, whatever the language of the server. */
export function copyPlace(error: pg.DatabaseError): CopyPlace | null {
  const match = /^COPY [^,]+,\s*\S+\s+(\d+)(?:,\s*\S+\s+([^:\n]+?)\s*:)?/m.exec(error.where ?? '');
  if (match === null) return null;
  // PostgreSQL tells no column of a constraint in the context, but beside it.
  return { row: Number(match[1]), column: error.column ?? match[2] };
}

/** PostGIS' refusal of a geometry that does not fit its column. */
const MISFIT = '22023';

/** Whether PostGIS refused a geometry because of the type of its column. */
export function isMisfit(error: unknown): boolean {
  return isRefusedValue(error) && error.code === MISFIT;
}
